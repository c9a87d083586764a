"""Officers: the only people with an account."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class Officer(AbstractBaseUser):
    """One person of one office, who signs in at the desk.

    ``name`` and ``office`` stand in requests that applicants read. Nothing else is known
    about an officer, and not when they signed in.
    """

    name = models.CharField(max_length=128, unique=True)
    office = models.CharField(max_length=64, db_index=True)
    #: A disabled officer cannot sign in, and is signed out with their next request.
    is_active = models.BooleanField(default=True)
    last_login = None

    objects = BaseUserManager["Officer"]()

    USERNAME_FIELD = "name"
