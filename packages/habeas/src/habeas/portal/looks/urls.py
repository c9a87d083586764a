"""Addresses of what offices do with cameras besides viewing recordings."""

from django.urls import path

from habeas.portal.looks import live, views

app_name = "looks"
urlpatterns = [
    path("live/now/", live.watch, name="watch"),
    path("live/now/picture.jpg", live.picture, name="picture"),
    path("live/now/end/", live.end, name="end"),
    path("<slug:camera>/live/", live.ask, name="live"),
    path("<slug:camera>/holds/", views.holds, name="holds"),
    path("<slug:camera>/holds/<int:index>/lift/", views.lift, name="lift"),
]
