"""Officers' browsers: making a passkey by an invitation, and signing in with it."""

import json


def post(browser, path, said=None):
    return browser.post(
        path, json.dumps(said or {}), content_type="application/json",
        headers={"accept": "application/json"},
    )  # fmt: skip


def invited(browser, link):
    """Whom the page of an invitation's link says that it is for."""
    path, _, token = link.partition("#")
    return post(browser, f"{path}whose/", {"token": token})


def make(browser, link, device):
    path, _, token = link.partition("#")
    options = post(browser, f"{path}options/", {"token": token}).json()
    return post(browser, f"{path}keep/", {"token": token, **device.make(options)})


def sign(browser, device, query=""):
    options = post(browser, "/desk/sign-in/passkey/options/").json()
    return post(browser, f"/desk/sign-in/passkey/{query}", device.sign(options))
