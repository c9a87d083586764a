"""Addresses of the JSON interface. Each domain's `api` says what it answers."""

from django.urls import path

from habeas.portal.apply import api as apply
from habeas.portal.apply import journey_api as journey
from habeas.portal.desk import acts, photos, signing_in
from habeas.portal.desk import api as desk
from habeas.portal.receipts import api as receipts
from habeas.portal.site.openapi import view_of

_CALLS = [
    path("services", journey.all_services),
    path("services/<str:service>/processing", journey.record),
    path("drafts", journey.draft),
    path("drafts/photo", journey.draft_photo),
    path("drafts/sending", journey.draft_sending),
    path("applications", apply.send),
    path("applications/<str:reference>", apply.application),
    path("officers/challenge", signing_in.draw_challenge),
    path("officers/sessions", signing_in.sessions),
    path("officers/sessions/own", signing_in.own),
    path("officers/sessions/ending", signing_in.ending),
    path("officers/slots", signing_in.slots),
    path("cases", desk.cases),
    path("cases/<str:reference>", desk.case),
    path("cases/<str:reference>/decision", acts.decision),
    path("cases/<str:reference>/unreadable", acts.unreadable),
    path("cases/<str:reference>/holder", acts.holder),
    path("cases/<str:reference>/notes", acts.notes),
    path("cases/<str:reference>/closing", acts.closing),
    path("officers/openings", photos.own),
    path("photos/<str:seal_id>", photos.photo),
    path("photos/<str:seal_id>/ciphertext", photos.ciphertext),
    path("photos/<str:seal_id>/openings", photos.opening),
    path("photos/<str:seal_id>/withdrawal", receipts.withdraw),
    path("receipts/<str:seal_id>", receipts.kept),
    path("circle", receipts.circle),
]
urlpatterns = [*_CALLS, path("openapi.json", view_of(_CALLS))]
