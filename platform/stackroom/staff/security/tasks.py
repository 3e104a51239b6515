"""What is forgotten by itself: links and counts after a day, browsers after a year and a bit."""

from datetime import timedelta

from stackroom.core.database import transaction
from stackroom.core.features import Chore
from stackroom.staff.security import devices, doors, links


def forget() -> None:
    with transaction():
        links.forget_old()
        doors.forget_old()
        devices.forget_old()


FORGET = Chore("security.forget", timedelta(days=1), forget)
