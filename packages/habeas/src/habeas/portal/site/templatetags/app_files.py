"""Static files in templates, by the names that say their hashes, and with these (W3C SRI)."""

from __future__ import annotations

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from habeas.portal.site.served import integrity, named

register = template.Library()


@register.simple_tag
def built(path: str) -> str:
    """The address of a file that the front end has built."""
    return static(named(path))


@register.simple_tag
def script(path: str) -> SafeString:
    """A module script of the portal."""
    return format_html(
        '<script type="module" src="{}" integrity="{}"></script>',
        built(path), integrity(named(path)),
    )  # fmt: skip


@register.simple_tag
def style(path: str) -> SafeString:
    """A style sheet of the portal."""
    return format_html(
        '<link rel="stylesheet" href="{}" integrity="{}">', built(path), integrity(named(path))
    )
