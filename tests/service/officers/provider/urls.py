"""The provider's pages."""

from django.conf import settings
from django.contrib.auth import authenticate, login
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import include, path
from oauth2_provider.views import JwksInfoView


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


def keys(request):
    """What is published, where a test says so in place of the provider itself."""
    said = settings.FOLDER / "published.json"
    if said.exists():
        return HttpResponse(said.read_bytes(), content_type="application/json")
    return JwksInfoView.as_view()(request)


urlpatterns = [
    path("login/", enter),
    path("o/.well-known/jwks.json", keys),
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
]
