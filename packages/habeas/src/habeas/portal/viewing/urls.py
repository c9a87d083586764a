"""Addresses of viewing recordings, for officers."""

from django.urls import path

from habeas.portal.viewing import handing, views

app_name = "viewing"
urlpatterns = [
    path("", views.choose, name="choose"),
    path("now/", views.watch, name="watch"),
    path("now/close/", views.close, name="close"),
    path("now/<int:number>.mp4", views.segment, name="segment"),
    path("exports/<slug:key>/", handing.exported, name="exported"),
    path("exports/<slug:key>/clip.zip", handing.bundle, name="bundle"),
    path("<slug:camera>/export/", handing.export, name="export"),
    path("<slug:camera>/export/person/", handing.export, {"person": True}, name="person"),
    path("<slug:camera>/", views.archive, name="archive"),
    path("<slug:camera>/ask/", views.ask, name="ask"),
]
