"""What a receiver said, as far as it is kept."""

import re
from dataclasses import dataclass
from time import monotonic
from urllib.parse import urlsplit

from stackroom.core.outbound import Outbound, Unreachable

KEPT = 300
"""Characters of an answer."""
SECRETS = re.compile(r"whsec_\S+|v1,[\w+/=]+|(?i:bearer|basic)\s+[^\s\"']+")
GONE = 410


@dataclass(frozen=True, slots=True)
class Said:
    """`why` is empty where the message has arrived, else a sentence's end: "it …"."""

    status: int | None
    why: str
    milliseconds: int
    answer: str = ""

    @property
    def arrived(self) -> bool:
        return not self.why

    @property
    def is_gone(self) -> bool:
        """The receiver wants nothing more, ever (Standard Webhooks)."""
        return self.status == GONE


def post(outbound: Outbound, url: str, body: str, headers: dict[str, str]) -> Said:
    """Nothing is followed to another place: a redirect is no arrival."""
    began = monotonic()
    try:
        found = outbound.ask("POST", url, body=body, headers=headers)
    except Unreachable as error:
        return Said(None, str(error)[:300], _since(began))
    arrived = 200 <= found.status_code < 300
    why = "" if arrived else f"it answered with the status {found.status_code}"
    return Said(found.status_code, why, _since(began), _beginning(found.body, url))


def _since(began: float) -> int:
    return round((monotonic() - began) * 1000)


def _beginning(body: bytes, url: str) -> str:
    """A receiver may repeat what it was sent, and its own address may hold a token."""
    text = SECRETS.sub("…", body[: 4 * KEPT].decode(errors="replace"))
    if query := urlsplit(url).query:
        text = text.replace(query, "…")
    return "".join(each if each.isprintable() else " " for each in text)[:KEPT]
