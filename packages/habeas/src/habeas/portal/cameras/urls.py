"""Addresses of the public register of cameras."""

from django.urls import path

from habeas.portal.cameras import views

app_name = "cameras"
urlpatterns = [
    path("", views.cameras, name="list"),
    path("<slug:camera>/", views.camera, name="camera"),
    path("<slug:camera>/sample.jpg", views.sample, name="sample"),
]
