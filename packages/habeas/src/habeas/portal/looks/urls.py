"""Addresses of what offices do with cameras besides viewing recordings."""

from django.urls import path

from habeas.portal.looks import views

app_name = "looks"
urlpatterns = [
    path("<slug:camera>/holds/", views.holds, name="holds"),
    path("<slug:camera>/holds/<int:index>/lift/", views.lift, name="lift"),
]
