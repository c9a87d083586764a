"""Officers: the only people with an account, what they sign in with, and what is kept of that."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class Officer(AbstractBaseUser):
    """One person of one office, who signs in to view recordings.

    ``name`` and ``office`` stand in requests that applicants read. The password is of no use but
    where Habeas is tried out (`Site.trying_out`). ``issuer`` and ``person`` tell the one who
    has signed in at the identity provider from whom it gives the name later: a hash of what it
    calls that person, and None until then.
    """

    name = models.CharField(max_length=128, unique=True)
    office = models.CharField(max_length=64, db_index=True)
    #: A disabled officer cannot sign in, and is signed out with their next request.
    is_active = models.BooleanField(default=True)
    issuer = models.TextField(null=True)
    person = models.CharField(max_length=64, null=True)
    last_login = None

    objects = BaseUserManager["Officer"]()

    USERNAME_FIELD = "name"


class Passkey(models.Model):
    """A credential of WebAuthn (Level 3): its public half, and nothing of when it was used."""

    officer = models.ForeignKey(Officer, models.CASCADE, related_name="passkeys")
    #: base64url, as browsers say it; at most 1023 bytes (section 4).
    credential_id = models.CharField(max_length=1400, unique=True)
    #: Attested credential data (section 6.5.1), base64.
    data = models.TextField()
    #: The authenticator's counter (section 6.1.1); zero for keys that have none.
    count = models.PositiveBigIntegerField(default=0)


class Enrolment(models.Model):
    """A link by which an officer, once, makes a passkey. Its token is kept as a hash alone."""

    officer = models.ForeignKey(Officer, models.CASCADE)
    token_hash = models.CharField(max_length=64, unique=True)
    ends = models.DateTimeField()


class OfficerSession(models.Model):
    """A session that goes on, as its officer sees it. Without its row a session counts no more.

    ``id`` is drawn for this table: whoever reads it has no session's key. ``begun`` and ``seen``,
    when it was last used, are POSIX seconds.
    """

    id = models.CharField(max_length=32, primary_key=True)
    officer = models.ForeignKey(Officer, models.CASCADE, related_name="sessions")
    begun = models.PositiveBigIntegerField()
    seen = models.PositiveBigIntegerField()


class Audited(models.Model):
    """A line of the audit log: that somebody signed in, was refused, or was let in or out.

    Read by whoever runs the portal; nothing of a photo or an applicant, and no address.
    """

    at = models.DateTimeField(db_index=True)
    act = models.CharField(max_length=32)
    #: Empty where nobody knows who it was.
    officer = models.CharField(max_length=128)
    office = models.CharField(max_length=64)
    how = models.CharField(max_length=32)
    because = models.CharField(max_length=64)
