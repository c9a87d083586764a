"""All addresses of the portal: pages, and under ``api/`` the same acts for programs."""

from django.urls import include, path

from habeas.portal.register import clients
from habeas.portal.site import health, moment
from habeas.portal.site.security_txt import security_txt

urlpatterns = [
    path(".well-known/security.txt", security_txt),
    path(".well-known/waict/manifests/<str:name>", clients.waict),
    path(".well-known/webcat/enrollment.json", clients.enrollment),
    path(".well-known/webcat/manifest.json", clients.manifest),
    path("livez", health.livez),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
    path("api/", include("habeas.portal.site.api_urls")),
    path("moment/", moment.solve),
    path("language/", include("django.conf.urls.i18n")),
    path("cameras/", include("habeas.portal.cameras.urls")),
    path("officers/", include("habeas.portal.desk.urls")),
    path("desk/cameras/", include("habeas.portal.looks.urls")),
    path("desk/cameras/", include("habeas.portal.viewing.urls")),
    path("desk/", include("habeas.portal.officers.urls")),
    path("register/", include("habeas.portal.register.urls")),
    path("receipt/", include("habeas.portal.receipts.urls")),
    path("", include("habeas.portal.apply.urls")),
]
handler400 = "habeas.portal.site.problems.not_understood"
handler403 = "habeas.portal.site.problems.not_allowed"
handler404 = "habeas.portal.site.problems.not_found"
handler500 = "habeas.portal.site.problems.failed"
