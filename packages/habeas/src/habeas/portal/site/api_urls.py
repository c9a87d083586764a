"""Addresses of the JSON interface. Each domain's `api` says what it answers."""

from django.urls import path

from habeas.portal.apply import api as apply
from habeas.portal.desk import api as desk
from habeas.portal.receipts import api as receipts
from habeas.portal.site import health

urlpatterns = [
    path("applications", apply.send),
    path("cases", desk.cases),
    path("cases/<str:reference>", desk.case),
    path("cases/<str:reference>/openings", desk.opening),
    path("cases/<str:reference>/decision", desk.decision),
    path("openings", desk.bulk),
    path("receipt/history", receipts.history),
    path("receipt/withdraw", receipts.withdraw),
    path("health", health.health),
]
