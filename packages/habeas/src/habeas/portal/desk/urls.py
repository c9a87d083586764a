"""Addresses of the officers' desk."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from habeas.portal.desk import views

app_name = "desk"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("sign-in/", LoginView.as_view(template_name="desk/sign_in.html"), name="sign-in"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("case/<str:reference>/", views.case, name="case"),
    path("case/<str:reference>/open/", views.open_photo, name="open"),
    path("case/<str:reference>/opening/", views.opening, name="opening"),
    path("case/<str:reference>/decide/", views.decide, name="decide"),
]
