"""Addresses of signing in and out."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

app_name = "officers"
urlpatterns = [
    path("sign-in/", LoginView.as_view(template_name="officers/sign_in.html"), name="sign-in"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
]
