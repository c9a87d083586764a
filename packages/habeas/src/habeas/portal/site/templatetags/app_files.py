"""Scripts and styles in templates, each with its hash (W3C Subresource Integrity)."""

from __future__ import annotations

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from habeas.portal.site.served import integrity

register = template.Library()


@register.simple_tag
def script(path: str) -> SafeString:
    """A module script of the portal."""
    return format_html(
        '<script type="module" src="{}" integrity="{}"></script>', static(path), integrity(path)
    )


@register.simple_tag
def style(path: str) -> SafeString:
    """A style sheet of the portal."""
    return format_html(
        '<link rel="stylesheet" href="{}" integrity="{}">', static(path), integrity(path)
    )
