"""Addresses of the receipt's pages."""

from django.urls import path

from habeas.portal.receipts import views

app_name = "receipts"
urlpatterns = [
    path("", views.status, name="status"),
    path("lost/", views.lost, name="lost"),
    path("complete/", views.complete, name="complete"),
    path("withdraw/", views.withdraw, name="withdraw"),
]
