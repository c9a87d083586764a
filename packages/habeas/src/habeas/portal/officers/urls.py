"""Addresses of signing in and out."""

from django.urls import path

from habeas.portal.officers import own_sessions, views

app_name = "officers"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-in/passkey/options/", views.passkey_options, name="passkey-options"),
    path("sign-in/passkey/", views.passkey, name="passkey"),
    path("sign-in/passkey/new/", views.new_passkey, name="new-passkey"),
    path("sign-in/passkey/new/whose/", views.invited, name="invited"),
    path("sign-in/passkey/new/options/", views.new_passkey_options, name="new-passkey-options"),
    path("sign-in/passkey/new/keep/", views.keep_passkey, name="keep-passkey"),
    path("sign-in/oidc/", views.oidc_begin, name="oidc"),
    path("sign-in/oidc/back/", views.oidc_back, name="oidc-back"),
    path("sign-in/oidc/done/", views.oidc_done, name="oidc-done"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("sessions/", own_sessions.shown, name="sessions"),
    path("sessions/end/", own_sessions.ended, name="end-sessions"),
]
