"""The operator's console: services as files and pages, offices, circle, health. No photo is in it.

Not part of the public portal: `habeas portal console` serves it on a loopback address, beside the
portal's own pages for a look at what is declared, to who has a link.
"""
