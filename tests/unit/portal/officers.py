"""Officers' browsers: making a passkey by an invitation, and signing in with it."""

import json


def post(browser, path, said=None):
    return browser.post(
        path, json.dumps(said or {}), content_type="application/json",
        headers={"accept": "application/json"},
    )  # fmt: skip


def make(browser, link, device):
    options = post(browser, f"{link}options/").json()
    return post(browser, f"{link}keep/", device.make(options))


def sign(browser, device, query=""):
    options = post(browser, "/desk/sign-in/passkey/options/").json()
    return post(browser, f"/desk/sign-in/passkey/{query}", device.sign(options))
