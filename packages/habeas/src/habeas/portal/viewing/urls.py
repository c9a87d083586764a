"""Addresses of viewing recordings, for officers."""

from django.urls import path

from habeas.portal.viewing import views

app_name = "viewing"
urlpatterns = [
    path("", views.choose, name="choose"),
    path("now/", views.watch, name="watch"),
    path("now/close/", views.close, name="close"),
    path("now/<int:number>.mp4", views.segment, name="segment"),
    path("<slug:camera>/ask/", views.ask, name="ask"),
]
