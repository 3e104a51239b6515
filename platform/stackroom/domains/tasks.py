"""What happens by itself: the re-check, and the end of an organisation's domains."""

from datetime import timedelta

from stackroom.core.features import Chore
from stackroom.domains import service
from stackroom.domains.terms import terms
from tenants.lifecycle import Status


def recheck() -> None:
    service.recheck(terms())


def follow(status: Status) -> None:
    """A domain that an organisation leaves behind must not go on leading to it."""
    if status is Status.CLOSING:
        service.release_all(terms(), why="the organisation closes")
    elif status is Status.PURGED:
        service.delete_all()


RECHECK = Chore("domains.recheck", timedelta(hours=1), recheck)
