"""Address of the page that leads officers to their office's desk."""

from django.urls import path

from habeas.portal.desk import views

app_name = "desk"
urlpatterns = [path("", views.offices, name="offices")]
