"""Addresses of the public register."""

from django.urls import path

from habeas.portal.register import views

app_name = "register"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("entries/", views.entries, name="entries"),
    path("entries/<int:index>/", views.entry, name="entry"),
    path("check/", views.check, name="check"),
]
