"""Addresses of the officers' desk."""

from django.urls import path

from habeas.portal.desk import views

app_name = "desk"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("case/<str:reference>/", views.case, name="case"),
    path("case/<str:reference>/open/", views.open_photo, name="open"),
    path("case/<str:reference>/opening/", views.opening, name="opening"),
    path("case/<str:reference>/decide/", views.decide, name="decide"),
]
