"""Addresses of the public register. They are permanent: what is published names them."""

from django.urls import path, re_path

from habeas.portal.register import exports, views

app_name = "register"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("entries/", views.entries, name="entries"),
    path("entries/<int:index>/", views.entry, name="entry"),
    re_path(r"^months/(?P<month>20[2-9]\d-(?:0[1-9]|1[0-2]))/$", views.month, name="month"),
    path("offices/<slug:office>/", views.office, name="office"),
    path("trustees/", views.trustees, name="trustees"),
    path("acts.csv", exports.acts_csv, name="csv"),
    path("acts.json", exports.acts_json, name="json"),
    path("news.atom", exports.news, name="atom"),
    path("check/", views.check, name="check"),
    path("code/", views.app_code, name="code"),
    path("code/manifest.json", views.app_manifest, name="manifest"),
]
