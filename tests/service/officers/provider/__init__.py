"""An identity provider: django-oauth-toolkit's, with a page to sign in, in a process of its own."""
