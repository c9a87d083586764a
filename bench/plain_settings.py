"""The portal's settings, with the address that stores plainly."""

from habeas.portal.site.settings import *  # noqa: F403

ROOT_URLCONF = "bench.plain_portal"
