"""Pages for what is not there, and for what went wrong."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """404."""
    return render(request, "not_found.html", status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """500; without anything that could fail again."""
    return render(request, "failed.html", status=500)
