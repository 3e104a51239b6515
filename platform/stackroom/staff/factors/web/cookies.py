"""The tickets of a sign-in, in short cookies out of reach of scripts and of other sites."""

from flask import Response, current_app, jsonify, request
from webauthn.helpers import bytes_to_base64url, options_to_json_dict
from webauthn.helpers.structs import (
    PublicKeyCredentialCreationOptions,
    PublicKeyCredentialRequestOptions,
)
from werkzeug.wrappers import Response as AnyResponse

from stackroom.core.http import app
from stackroom.staff.factors import tickets
from stackroom.staff.factors.errors import PasskeyRefused
from stackroom.web.security import cookie_name

HALFWAY, CHALLENGE = "stackroom_halfway", "stackroom_challenge"
Options = PublicKeyCredentialCreationOptions | PublicKeyCredentialRequestOptions


def secret() -> str:
    return app().settings.secret_key.get_secret_value()


def keep(response: AnyResponse, name: str, ticket: str) -> AnyResponse:
    response.set_cookie(
        _named(name), ticket, max_age=tickets.SERVES,
        secure=current_app.config["SESSION_COOKIE_SECURE"], httponly=True, samesite="Strict",
    )  # fmt: skip
    return response


def drop(response: AnyResponse, name: str) -> AnyResponse:
    response.delete_cookie(
        _named(name), secure=current_app.config["SESSION_COOKIE_SECURE"], httponly=True,
        samesite="Strict",
    )  # fmt: skip
    return response


def carried(name: str) -> str:
    return request.cookies.get(_named(name), "")


def ask(options: Options, *, purpose: str, of: object) -> Response:
    """What the browser's authenticator is asked; the challenge goes along in a cookie, for one
    purpose and `of` one session or account."""
    challenge = bytes_to_base64url(options.challenge)
    ticket = tickets.issue(secret(), f"challenge/{purpose}", c=challenge, of=str(of))
    response = jsonify(options_to_json_dict(options))
    keep(response, CHALLENGE, ticket)
    return response


def challenge(*, purpose: str, of: object) -> str:
    """What was asked. Raises PasskeyRefused."""
    facts = tickets.read(secret(), f"challenge/{purpose}", carried(CHALLENGE))
    if facts is None or facts["of"] != str(of):
        raise PasskeyRefused
    found: str = facts["c"]
    return found


def _named(name: str) -> str:
    return cookie_name(name, https=app().settings.scheme == "https")
