"""The one way out to servers whose addresses an organisation's admin has typed.

Such an address must not lead into our own network (OWASP: server-side request forgery): a name is
looked up once, each of its addresses is judged, and the one that was judged is the one connected
to. Nothing is followed to another place, and what is too slow or too long is cut off.
"""

import json
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Timer
from time import monotonic
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

from authlib.oauth2.auth import ClientAuth

Address = IPv4Address | IPv6Address
LARGEST = 256 * 1024
"""Bytes of an answer; discovery documents and key sets have some thousands."""
LOCAL = frozenset({"localhost", "127.0.0.1"})
TRANSLATED = tuple(map(ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))
"""IPv6 addresses that lead on to an IPv4 one, which might be private (RFC 6052, 3056, 4380)."""


class Unreachable(Exception):
    """Says why, in words for an admin: the provider was not asked, or has not answered."""


@dataclass(frozen=True, slots=True)
class Answer:
    """As far as Authlib asks for it."""

    status_code: int
    body: bytes

    def json(self) -> Any:
        """Raises ValueError."""
        return json.loads(self.body)

    def raise_for_status(self) -> None:
        """Raises Unreachable."""
        if self.status_code != 200:
            raise Unreachable(f"it answered with the status {self.status_code}")


@dataclass(frozen=True, slots=True)
class Outbound:
    """`seconds`: for one whole question. `inward`: may also lead to private addresses and, on this
    machine, go without TLS; for development and tests."""

    seconds: float = 5
    inward: bool = False

    def document(self, url: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        """A JSON object. Raises Unreachable."""
        answer = self.ask("GET", url, headers=headers)
        answer.raise_for_status()
        try:
            found = answer.json()
        except ValueError:
            raise Unreachable("it did not answer with JSON") from None
        if not isinstance(found, dict):
            raise Unreachable("its JSON is not an object")
        return found

    def post(
        self, url: str, *, data: dict[str, str], headers: dict[str, str], auth: ClientAuth
    ) -> Answer:
        """Authlib's OAuth 2 client speaks to a session by this method. Raises Unreachable."""
        url, headers, body = auth.prepare("POST", url, dict(headers), urlencode(data))
        return self.ask("POST", url, body=body, headers=headers)

    def ask(
        self, method: str, url: str, *, body: str = "", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Raises Unreachable."""
        parts, began = self.checked(url), monotonic()
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        sent = {"Accept": "application/json", **(headers or {}), "Host": parts.netloc}
        try:
            with self._connected(parts) as connection:
                connection.request(method, target, body.encode() or None, sent)
                answer = connection.getresponse()
                content = answer.read(LARGEST + 1)
        except ssl.SSLError as error:
            raise Unreachable(f"no safe connection: {error.reason or 'TLS failed'}") from None
        except (OSError, HTTPException, ValueError):
            self._refuse_late(began)
            raise Unreachable("it could not be reached, or broke off") from None
        self._refuse_late(began)
        if len(content) > LARGEST:
            raise Unreachable("its answer is too long")
        return Answer(answer.status, content)

    def _refuse_late(self, began: float) -> None:
        """What was cut off may look whole. Raises Unreachable."""
        if monotonic() - began >= self.seconds:
            raise Unreachable(f"it did not answer within {self.seconds:g} seconds") from None

    def checked(self, url: str) -> SplitResult:
        """Raises Unreachable for an address that is not to be gone to at all."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise Unreachable(f"“{url[:100]}” is no address") from None
        local = self.inward and parts.hostname in LOCAL
        if parts.scheme != "https" and not (local and parts.scheme == "http"):
            raise Unreachable(f"“{url[:100]}” must begin with https://")
        if not parts.hostname or "@" in parts.netloc or port == 0 or not url.isprintable():
            raise Unreachable(f"“{url[:100]}” is no address of a server")
        return parts

    @contextmanager
    def _connected(self, parts: SplitResult) -> Iterator[HTTPConnection]:
        """A provider that sends a byte now and then would outlast each time-out of a read, so the
        connection as a whole is shut when its time is over."""
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        place = self._place(host, port)
        with closing(HTTPConnection(host, port)) as connection:
            connection.auto_open = 0  # it would look the name up again
            connection.sock = way = _opened(parts.scheme, host, (place, port), self.seconds)
            shut = Timer(self.seconds, _shut, (way,))
            shut.daemon = True
            shut.start()
            try:
                if isinstance(way, ssl.SSLSocket):
                    way.do_handshake()
                yield connection
            finally:
                shut.cancel()

    def _place(self, host: str, port: int) -> str:
        """Raises Unreachable."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise Unreachable(f"DNS knows no “{host}”") from None
        places = [str(one[4][0]).partition("%")[0] for one in found]
        if not self.inward and not all(is_public(ip_address(place)) for place in places):
            raise Unreachable(f"“{host}” does not lead to a public address")
        return places[0]


def is_public(address: Address) -> bool:
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        return is_public(mapped)
    led_on = any(address in network for network in TRANSLATED)
    return address.is_global and not address.is_multicast and not led_on


def _opened(scheme: str, host: str, place: tuple[str, int], seconds: float) -> socket.socket:
    """With TLS, the certificate must be that of the name, whatever the address."""
    raw = socket.create_connection(place, seconds)
    if scheme != "https":
        return raw
    safe = ssl.create_default_context()
    return safe.wrap_socket(raw, server_hostname=host, do_handshake_on_connect=False)


def _shut(way: socket.socket) -> None:
    """Of the socket itself: that of TLS would first forget how to read what is left."""
    with suppress(OSError):  # it has ended by itself meanwhile
        socket.socket.shutdown(way, socket.SHUT_RDWR)
