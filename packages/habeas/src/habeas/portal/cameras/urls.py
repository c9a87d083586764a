"""Addresses of the public register of cameras."""

from django.urls import path

from habeas.portal.cameras import exports, views

app_name = "cameras"
urlpatterns = [
    path("", views.cameras, name="list"),
    path("health/", views.health_page, name="health"),
    path("health.json", exports.health_json, name="health-json"),
    path("hours/", views.hours_page, name="hours"),
    path("hours.csv", exports.hours_csv, name="hours-csv"),
    path("hours.json", exports.hours_json, name="hours-json"),
    path("ground", views.ground, name="ground"),
    path("cameras.json", exports.cameras_json, name="json"),
    path("looks.csv", exports.looks_csv, name="csv"),
    path("looks.json", exports.looks_json, name="looks-json"),
    path("news.atom", exports.news, name="atom"),
    path("<slug:camera>/", views.camera, name="camera"),
    path("<slug:camera>/sample.jpg", views.sample, name="sample"),
]
