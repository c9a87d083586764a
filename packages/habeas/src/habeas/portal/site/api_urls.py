"""Addresses of the JSON interface. Each domain's `api` says what it answers."""

from django.urls import path

from habeas.portal.apply import api as apply
from habeas.portal.desk import api as desk
from habeas.portal.desk import signing_in
from habeas.portal.receipts import api as receipts
from habeas.portal.site import openapi

urlpatterns = [
    path("applications", apply.send),
    path("officers/challenge", signing_in.draw_challenge),
    path("officers/sessions", signing_in.sessions),
    path("officers/slots", signing_in.slots),
    path("cases", desk.cases),
    path("cases/<str:reference>", desk.case),
    path("cases/<str:reference>/decision", desk.decision),
    path("cases/<str:reference>/unreadable", desk.unreadable),
    path("photos/<str:seal_id>", desk.photo),
    path("photos/<str:seal_id>/ciphertext", desk.ciphertext),
    path("photos/<str:seal_id>/openings", desk.opening),
    path("photos/<str:seal_id>/withdrawal", receipts.withdraw),
    path("circle", receipts.circle),
    path("openapi.json", openapi.openapi),
]
