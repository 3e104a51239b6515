"""The pages of this feature, each group in its own file."""

from stackroom.staff.web import (
    dashboard,
    front_door,
    organisation,
    own_account,
    people,
    person,
    sign_up,
)
from stackroom.staff.web.blueprint import web

__all__ = [
    "dashboard", "front_door", "organisation", "own_account", "people", "person", "sign_up", "web",
]  # fmt: skip
