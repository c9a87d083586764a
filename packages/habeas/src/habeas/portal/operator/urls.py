"""The console's addresses, beside those of the portal, which are looked at here."""

from django.urls import include, path

from habeas.portal.operator import receivers, views
from habeas.portal.site.urls import urlpatterns as portal

app_name = "operator"
console = [
    path("", views.standing, name="standing"),
    path("services/", views.all_services, name="services"),
    path("offices/", views.all_offices, name="offices"),
    path("webhooks/", receivers.all_receivers, name="webhooks"),
    path("webhooks/<str:name>/test/", receivers.send_test, name="test"),
]
urlpatterns = [path("operator/", include((console, "operator"))), *portal]
handler404 = "habeas.portal.site.problems.not_found"
handler500 = "habeas.portal.site.problems.failed"
