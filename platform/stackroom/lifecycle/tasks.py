"""What comes round for an organisation that is closing."""

from stackroom.core.database import transaction
from stackroom.lifecycle import service


def remind() -> None:
    with transaction():
        service.remind()
