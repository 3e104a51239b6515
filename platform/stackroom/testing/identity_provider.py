"""A real OpenID Connect provider on this machine, over HTTP: it heeds the code flow, PKCE, client
secrets and redirect addresses as the standards have it. And it lies, where a test tells it to."""

import json
import secrets
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import requests
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from stackroom.core import clock

SIGNING = (RSAKey.generate_key(2048, {"kid": "first"}), RSAKey.generate_key(2048, {"kid": "next"}))
"""Made once: a key takes a while."""
CLIENT_ID, CLIENT_SECRET = "stackroom", "a-secret-of-the-provider's-console"


@dataclass
class IdentityProvider:
    """`people`: claims by subject. What follows are lies and faults."""

    port: int
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    key: RSAKey | ECKey = field(default_factory=lambda: SIGNING[0])
    algorithm: str = "RS256"
    published: list[RSAKey | ECKey] | None = None
    """Other keys than the one that signs."""
    claims: dict[str, Any] = field(default_factory=dict)
    """Of the ID token, instead of the true ones; None leaves one out."""
    metadata: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    id_token: str = ""
    silent: bool = False
    """Takes questions and answers none, until the test is over."""
    dripping: bool = False
    """Sends a byte now and then."""
    status: int = 200
    redirects_to: str = ""
    only_subject_in_id_token: bool = False
    names_itself: bool = False
    """Adds `iss` to its answer (RFC 9207)."""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    over: Event = field(default_factory=Event)

    @property
    def issuer(self) -> str:
        return f"http://localhost:{self.port}"

    def settings(self, **more: Any) -> dict[str, Any]:
        """The body that makes an organisation trust it."""
        return {
            "name": "Town account", "issuer": self.issuer, "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET, "enabled": True, **more,
        }  # fmt: skip

    def document(self) -> dict[str, Any]:
        found = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": self.names_itself,
        }
        return {name: value for name, value in (found | self.metadata).items() if value is not None}

    def keys(self) -> dict[str, Any]:
        return dict(KeySet(list(self.published or [self.key])).as_dict())

    def authorise(self, asked: dict[str, str], subject: str) -> str:
        """Where the browser goes next, after `subject` has signed in here."""
        code = secrets.token_urlsafe(16)
        self.codes[code] = {**asked, "sub": subject}
        answer = {"code": code, "state": asked["state"]}
        if self.names_itself:
            answer["iss"] = self.issuer
        return f"{asked['redirect_uri']}?{urlencode(answer)}"

    def redeem(self, form: dict[str, str], basic: str) -> tuple[int, dict[str, Any]]:
        granted = self.codes.pop(form.get("code", ""), None)
        if b64decode(basic).decode() != f"{CLIENT_ID}:{CLIENT_SECRET}":
            return 401, {"error": "invalid_client"}
        challenge = create_s256_code_challenge(form.get("code_verifier", ""))
        if (
            granted is None
            or granted["code_challenge"] != challenge
            or granted["redirect_uri"] != form.get("redirect_uri")
        ):
            return 400, {"error": "invalid_grant"}
        token = self.id_token or self._id_token(granted)
        return 200, {"access_token": granted["sub"], "token_type": "Bearer", "id_token": token}

    def _id_token(self, granted: dict[str, str]) -> str:
        now = int(clock.now().timestamp())
        person = self.people.get(granted["sub"], {})
        claims = {
            "iss": self.issuer, "aud": CLIENT_ID, "sub": granted["sub"], "iat": now,
            "exp": now + 300, "nonce": granted["nonce"], "auth_time": now,
            **({} if self.only_subject_in_id_token else person), **self.claims,
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": self.algorithm, "kid": self.key.kid}
        return jwt.encode(header, claims, self.key)

    def sign_in(self, address: str, subject: str) -> str:
        """What a browser does at `address`, where we sent it: path and query to come back to."""
        answer = requests.post(address, data={"sub": subject}, allow_redirects=False, timeout=10)
        assert answer.status_code == 303, answer.text
        back = urlsplit(answer.headers["Location"])
        return f"{back.path}?{back.query}"


def unsigned(claims: dict[str, Any]) -> str:
    """`{"alg": "none"}`."""
    parts = ({"alg": "none", "typ": "JWT"}, claims)
    return ".".join(_base64(json.dumps(part).encode()) for part in parts) + "."


def _base64(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


FORM = """<!doctype html><html lang="en"><title>Town account</title><h1>Town account</h1>
<form method="post"><label>Who are you? <input name="sub"></label><button>Sign in</button></form>
"""


class _Handler(BaseHTTPRequestHandler):
    provider: IdentityProvider

    def log_message(self, *_: Any) -> None:
        """A test's own output is enough."""

    def do_GET(self) -> None:
        here, path = self.provider, urlsplit(self.path).path
        if self._fails(path):
            return
        if path == "/authorize":
            self._send(200, FORM.encode(), "text/html")
        elif path == "/.well-known/openid-configuration":
            self._json(200, here.document())
        elif path == "/keys":
            self._json(200, here.keys())
        elif path == "/userinfo":
            subject = self.headers["Authorization"].removeprefix("Bearer ")
            self._json(200, {"sub": subject, **here.people.get(subject, {}), **here.userinfo})
        else:
            self._json(404, {"error": "not_found"})

    def do_POST(self) -> None:
        parts = urlsplit(self.path)
        if self._fails(parts.path):
            return
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        if parts.path == "/token":
            basic = self.headers.get("Authorization", "").removeprefix("Basic ")
            self._json(*self.provider.redeem(form, basic))
            return
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.send_response(303)
        self.send_header("Location", self.provider.authorise(asked, form["sub"]))
        self.end_headers()

    def _fails(self, path: str) -> bool:
        here = self.provider
        here.asked.append(path)
        if here.silent:
            here.over.wait(30)
        elif here.dripping:
            self._drip()
        elif here.redirects_to:
            self.send_response(302)
            self.send_header("Location", here.redirects_to)
            self.end_headers()
        elif here.status != 200:
            self._json(here.status, {"error": "server_error"})
        else:
            return False
        return True

    def _drip(self) -> None:
        self.send_response(200)
        self.end_headers()
        while not self.provider.over.wait(0.05):
            try:
                self.wfile.write(b" ")
            except OSError:  # the other end has had enough
                return

    def _json(self, status: int, document: dict[str, Any]) -> None:
        self._send(status, json.dumps(document).encode(), "application/json")

    def _send(self, status: int, content: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def identity_provider() -> Iterator[IdentityProvider]:
    made = IdentityProvider(port=0)

    class Handler(_Handler):
        provider = made

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.port = server.server_port
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
