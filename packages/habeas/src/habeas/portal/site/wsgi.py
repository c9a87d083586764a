"""The portal as a WSGI application (PEP 3333), over the folder that ``HABEAS_DATA`` names."""

from django.core.wsgi import get_wsgi_application

from habeas.portal.site import setup

setup.start()
application = get_wsgi_application()
