"""Rate limits: of the organisation's plan, of each person, and of each address.

All counts are led by the organisation, so that one cannot use up another's. They are taken at the
edge in two journeys: the address before anything is looked up, the person and the plan once it is
known who asks. A call that one limit refuses is not charged to those taken with it.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from flask import Flask, Response, g, request

from config import Settings
from stackroom.core import clock
from stackroom.core.actor import Channel
from stackroom.core.cache import Counts
from stackroom.core.cache_stores import Add
from stackroom.core.errors import TooManyRequests
from stackroom.core.permissions import Principal
from tenants import context

View = TypeVar("View", bound=Callable[..., Any])
MINUTE = 60
PER_ADDRESS = 6000
"""A minute, whatever it sends: a library's people share one, so it is wide."""
PER_PERSON = 1200
"""A minute, whatever their devices and tokens."""
UNCOUNTED = frozenset({"web.static"})
"""A page asks for a dozen built assets at once."""
OWN = Counts("limits")
PLATFORM = Counts("limits", platform="whoever signs up has no organisation yet")


@dataclass(frozen=True, slots=True)
class Window:
    """`allowed` calls in `seconds`; None: counted and never refused. `limit` is whose it is."""

    limit: str
    key: str
    allowed: int | None
    seconds: int = MINUTE


@dataclass(frozen=True, slots=True)
class Seen:
    """A window with this call in it; `ends` in seconds from now."""

    window: Window
    count: int
    ends: int

    @property
    def is_over(self) -> bool:
        return self.window.allowed is not None and self.count > self.window.allowed

    @property
    def share_left(self) -> float:
        allowed = self.window.allowed
        return float("inf") if allowed is None else (allowed - self.count) / max(1, allowed)


@dataclass(frozen=True, slots=True)
class CallsAllowed:
    """What the open organisation's plan allows over the API; None: as many as there are."""

    plan: str
    per_minute: int | None
    per_day: int | None


def install(app: Flask, settings: Settings) -> None:
    app.config["RATE_LIMITS"] = settings.rate_limits
    app.after_request(_say_what_is_left)


def attempts(allowed: int, within: timedelta) -> Callable[[View], View]:
    """Declare a tighter limit of one address on one route, such as signing in."""

    def mark(view: View) -> View:
        view.__attempts__ = (allowed, int(within.total_seconds()))  # type: ignore[attr-defined]
        return view

    return mark


def admit_address(view: Callable[..., Any] | None) -> None:
    """Before anybody is looked up. Raises TooManyRequests."""
    if request.endpoint in UNCOUNTED:
        return
    address = request.remote_addr or "unknown"
    windows = [Window("address", f"address/{address}", PER_ADDRESS)]
    if tighter := getattr(view, "__attempts__", None):
        allowed, seconds = tighter
        key = f"attempts/{request.endpoint}/{address}"
        windows.append(Window("address", key, allowed, seconds))
    _count(windows)


def admit_caller(principal: Principal, allowed: CallsAllowed) -> None:
    """Raises TooManyRequests. The plan's budget is for calls over the API that somebody has signed
    for: a stranger's flood cannot use it up, and a busy integration cannot lock the desk out."""
    windows = [_own_window(principal)]
    if principal.channel == Channel.API:
        now = clock.now()
        windows += [
            Window("organisation", "organisation/minute", allowed.per_minute),
            Window("organisation", _day(now), allowed.per_day, _rest_of(now)),
        ]
    _count(windows, plan=allowed.plan)


def _own_window(principal: Principal) -> Window:
    if principal.calls_per_minute is None:
        return Window("person", f"person/{principal.id}", PER_PERSON)
    return Window("key", f"key/{principal.session_id}", principal.calls_per_minute)


def calls_today() -> int:
    """Over the API, of the open organisation, since midnight UTC."""
    return OWN.read(_day(clock.now()))


def _count(windows: Sequence[Window], plan: str = "") -> None:
    counts = OWN if context.current_or_none() else PLATFORM
    counted = counts.add(*(Add(window.key, window.seconds) for window in windows))
    seen = [Seen(window, *present) for window, present in zip(windows, counted, strict=True)]
    g.setdefault("limits", []).extend(seen)
    if full := next((one for one in seen if one.is_over), None):
        others = [one for one in seen if one is not full]
        counts.add(*(Add(one.window.key, one.window.seconds, -1) for one in others))
        raise _refusal(full, plan)


def _refusal(full: Seen, plan: str) -> TooManyRequests:
    limit = full.window.limit
    whose = f"Your organisation's plan “{plan}”" if limit == "organisation" else f"One {limit}"
    extra: dict[str, Any] = {"limit": limit, "retry_after": full.ends}
    if plan:
        extra["plan"] = plan
    return TooManyRequests(
        f"{whose} may make {full.window.allowed:,} calls in {_words(full.window)}; "
        f"come again in {full.ends} seconds.",
        headers={"Retry-After": str(full.ends)},
        **extra,
    )


def _words(window: Window) -> str:
    if window.key.startswith("organisation/day"):
        return "a day"
    return {60: "a minute", 3600: "an hour"}.get(window.seconds, f"{window.seconds} seconds")


def _say_what_is_left(response: Response) -> Response:
    """Of the limit that is nearest to its end."""
    limited: list[Seen] = [one for one in g.get("limits", ()) if one.window.allowed is not None]
    if limited:
        nearest = min(limited, key=lambda one: one.share_left)
        allowed = nearest.window.allowed or 0
        response.headers["X-RateLimit-Limit"] = str(allowed)
        response.headers["X-RateLimit-Remaining"] = str(max(0, allowed - nearest.count))
        response.headers["X-RateLimit-Reset"] = str(int(time.time()) + nearest.ends)
    return response


def _day(now: datetime) -> str:
    return f"organisation/day/{now:%Y-%m-%d}"


def _rest_of(now: datetime) -> int:
    """Seconds until midnight UTC, where the day's count begins anew."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return max(1, int((midnight - now).total_seconds()))
