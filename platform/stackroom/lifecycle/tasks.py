"""What comes round for an organisation that is closing."""

from stackroom.core.database import transaction
from stackroom.lifecycle import purging, service


def remind() -> None:
    with transaction():
        service.remind()


def purge_when_due() -> None:
    purging.purge_when_due()
