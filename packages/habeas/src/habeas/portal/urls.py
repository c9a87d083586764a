"""All addresses of the portal."""

from django.urls import include, path

urlpatterns = [
    path("api/", include("habeas.portal.api")),
    path("language/", include("django.conf.urls.i18n")),
    path("cameras/", include("habeas.portal.cameras.urls")),
    path("desk/cameras/", include("habeas.portal.cameras.viewing_urls")),
    path("desk/", include("habeas.portal.desk.urls")),
    path("register/", include("habeas.portal.register.urls")),
    path("", include("habeas.portal.apply.urls")),
]
handler404 = "habeas.portal.pages.not_found"
handler500 = "habeas.portal.pages.failed"
