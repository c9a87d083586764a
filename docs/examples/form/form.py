"""A city's own form with the photo step of a Habeas portal in it: FastAPI, one file.

    PORTAL=https://photos.city.example WEBHOOK_SECRET=whsec_... uvicorn form:app

The portal's file of the service names this form's origin (`frame_ancestors`), and
`habeas portal webhooks add` has made the secret. See docs/embedding.md.
"""

from __future__ import annotations

import os
import re
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

PORTAL = os.environ.get("PORTAL", "http://localhost:8000")
SERVICE = os.environ.get("SERVICE", "hunting-licence")
SECRET = os.environ.get("WEBHOOK_SECRET", "")
#: Two letters, and eight of Crockford's base 32.
REFERENCE = re.compile(r"[A-Z]{2}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}")
#: The largest form and the largest message, bytes.
MOST = 64 * 1024
WORDS = {
    "en": {
        "title": "Apply for a hunting licence",
        "name": "Full name",
        "missing": "Enter your full name.",
        "send": "Send the application",
        "sent": "Application received",
        "photo": "Your photo has the reference",
        "without": "You sent no photo. Your application counts the same.",
    },
    "ru": {
        "title": "Заявление на охотничий билет",
        "name": "Полное имя",
        "missing": "Введите полное имя.",
        "send": "Отправить заявление",
        "sent": "Заявление принято",
        "photo": "Номер вашего фото:",
        "without": "Вы не отправили фото. Заявление от этого не хуже.",
    },
}
#: In place of the city's database: photo references, and what has become of each.
applications: dict[str, str] = {}
#: Messages that came already: each may come more than once.
seen: set[str] = set()
app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)


def page(language: str, body: str, status: int = 200) -> HTMLResponse:
    """A page whose policy lets the portal's script run and its frame show, and nothing else."""
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(PORTAL))
    policy = (
        f"default-src 'none'; script-src {origin}; frame-src {origin}; style-src 'unsafe-inline'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    title = WORDS[language]["title"]
    html = f"""<!doctype html>
<html lang="{language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
  body {{ font: 1.1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 44rem; padding: 1rem }}
  label, input, button {{ display: block; font: inherit; margin-bottom: 1rem }}
  input {{ width: 100%; box-sizing: border-box; padding: 0.4rem }}
  [role=alert] {{ border-left: 5px solid #ca3535; padding-left: 1rem }}
</style>
<main><h1>{title}</h1>{body}</main>
</html>"""
    return HTMLResponse(html, status, {"Content-Security-Policy": policy})


def form(language: str, name: str = "", reference: str = "", error: str = "") -> str:
    """The form; what was typed, and the photo that was added, are there again."""
    words = WORDS[language]
    value = f' value="{escape(reference)}"' if reference else ""
    return f"""
<form method="post" action="/?lang={language}">
  {f'<p role="alert">{error}</p>' if error else ""}
  <label for="full-name">{words["name"]}</label>
  <input id="full-name" name="full_name" autocomplete="name" value="{escape(name)}">
  <script type="module" src="{PORTAL}/static/embed.js"></script>
  <habeas-photo service="{SERVICE}" name="photo_reference"{value}></habeas-photo>
  <button>{words["send"]}</button>
</form>"""


def language_of(request: Request) -> str:
    """The language of the page."""
    asked = request.query_params.get("lang", "en")
    return asked if asked in WORDS else "en"


async def content_of(request: Request) -> bytes:
    """The body of a request, as far as anybody may send one."""
    content = b""
    async for chunk in request.stream():
        content += chunk
        if len(content) > MOST:
            return b""
    return content


@app.get("/")
async def show(request: Request) -> Response:
    """The empty form."""
    language = language_of(request)
    return page(language, form(language))


@app.post("/")
async def take(request: Request) -> Response:
    """A form that was sent, with the reference of a photo or without."""
    language = language_of(request)
    words = WORDS[language]
    sent = parse_qs((await content_of(request)).decode(errors="replace"))
    name, reference = (sent.get(each, [""])[0] for each in ("full_name", "photo_reference"))
    if not REFERENCE.fullmatch(reference):
        reference = ""
    if not name.strip():
        return page(language, form(language, name, reference, words["missing"]), 422)
    if reference:
        applications.setdefault(reference, "sent")
    said = f"{words['photo']} <strong>{reference}</strong>" if reference else words["without"]
    return page(language, f"<h2>{words['sent']}</h2><p>{said}</p>")


@app.post("/webhooks")
async def hear(request: Request) -> Response:
    """What the portal tells: signed, and taken once, however often it comes."""
    content = await content_of(request)
    try:
        event: dict[str, Any] = Webhook(SECRET).verify(content, dict(request.headers))
    except (WebhookVerificationError, ValueError, RuntimeError):
        return PlainTextResponse("This is not signed with our secret.\n", 401)
    identity = request.headers["webhook-id"]
    if identity not in seen:
        seen.add(identity)
        reference = event["data"].get("reference")
        if reference:
            applications[reference] = event["type"]
    return Response(status_code=204)


@app.get("/applications/{reference}")
async def state(reference: str) -> Response:
    """What has become of an application."""
    found = applications.get(reference)
    return PlainTextResponse(f"{found or 'unknown'}\n", 200 if found else 404)
