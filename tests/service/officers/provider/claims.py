"""What the provider says of whoever has signed in: as the file ``claims.json`` has it."""

import json

from django.conf import settings
from oauth2_provider.oauth2_validators import OAuth2Validator


def _said():
    return json.loads((settings.FOLDER / "claims.json").read_text())


class Claims(OAuth2Validator):
    oidc_claim_scope = None

    def get_additional_claims(self, request):
        return {"preferred_username": request.user.username, **_said()}

    def get_id_token_dictionary(self, token, token_handler, request):
        claims, ends = super().get_id_token_dictionary(token, token_handler, request)
        return {**claims, **_said()}, ends
