"""Addresses of the applicant's pages."""

from django.conf import settings
from django.urls import include, path
from django.views.generic import TemplateView

from habeas.portal.apply import (
    device,
    device_page,
    device_sending,
    elsewhere,
    framed,
    model_files,
    views,
)

app_name = "apply"
urlpatterns = [
    path("", views.home, name="home"),
    path("help/", TemplateView.as_view(template_name="apply/help.html"), name="help"),
    path(
        "accessibility/",
        TemplateView.as_view(
            template_name="apply/accessibility.html",
            extra_context={"contact": settings.SITE.security_contact},
        ),
        name="accessibility",
    ),
    path("another-photo/", views.another_photo, name="another-photo"),
    path("static/photo/models/<str:name>", model_files.model_file, name="model-file"),
    path("apply/<slug:name>/", views.start, name="start"),
    path("apply/<slug:name>/details/", views.details, name="details"),
    path("apply/<slug:name>/photo/", views.photo, name="photo"),
    path("apply/<slug:name>/seal/", device_page.page, name="seal"),
    path("apply/<slug:name>/embedded/", include(framed.urlpatterns)),
    path("apply/<slug:name>/elsewhere/", elsewhere.page, name="elsewhere"),
    path("apply/<slug:name>/from/<slug:step>/", elsewhere.call, name="from"),
    path("apply/<slug:name>/circle.txt", device_page.pin, name="pin"),
    path("apply/<slug:name>/order/", device.order, name="order"),
    path("apply/<slug:name>/deposit/", device_sending.deposit, name="deposit"),
    path("apply/<slug:name>/keep/", device_sending.keep, name="keep"),
    path("apply/<slug:name>/clear/", device_sending.clear, name="clear"),
    path("apply/<slug:name>/crop.jpg", views.picture, {"which": "crop"}, name="picture-crop"),
    path("apply/<slug:name>/whole.jpg", views.picture, {"which": "whole"}, name="picture-whole"),
    path("apply/<slug:name>/check-photo/", views.check_photo, name="check-photo"),
    path("apply/<slug:name>/answers/", views.answers, name="answers"),
    path("apply/<slug:name>/done/", views.done, name="done"),
    path("apply/<slug:name>/receipt.html", views.download, name="download"),
]
