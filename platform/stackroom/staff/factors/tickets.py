"""What a browser carries between two steps of a sign-in: signed, dated, of one organisation and one
purpose."""

from datetime import timedelta
from typing import Any

from itsdangerous import BadData, URLSafeTimedSerializer

from stackroom.staff.sign_up import ClockSigner
from tenants import context

SERVES = timedelta(minutes=5)


def issue(secret: str, purpose: str, **facts: str) -> str:
    return _serializer(secret, purpose).dumps({**facts, "o": str(context.current().uuid)})


def read(secret: str, purpose: str, ticket: str) -> dict[str, Any] | None:
    """None where it is old, damaged, for something else, or of another organisation."""
    try:
        facts: dict[str, Any] = _serializer(secret, purpose).loads(
            ticket, max_age=int(SERVES.total_seconds())
        )
    except BadData:
        return None
    return facts if facts["o"] == str(context.current().uuid) else None


def _serializer(secret: str, purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt=f"factor/{purpose}", signer=ClockSigner)
