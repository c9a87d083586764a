"""The provider's pages."""

from django.contrib.auth import authenticate, login
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import include, path


def enter(request):
    """A form with a name and a password."""
    if request.method == "POST":
        found = authenticate(
            request, username=request.POST["username"], password=request.POST["password"]
        )
        if found:
            login(request, found)
            return redirect(request.GET["next"])
    return HttpResponse("<form method=post><input name=username><input name=password></form>")


urlpatterns = [
    path("login/", enter),
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
]
