"""The console as a WSGI application: the portal's settings, with addresses and doors of its own."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from habeas.portal.site import setup

setup.start()
settings.ROOT_URLCONF = "habeas.portal.operator.urls"
settings.MIDDLEWARE = [*settings.MIDDLEWARE, "habeas.portal.operator.doors.SignedIn"]
application = get_wsgi_application()
