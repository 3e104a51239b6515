"""The pages of roles, each group in its own file."""

from stackroom.staff.roles.web import editor, overview
from stackroom.staff.roles.web.blueprint import web

__all__ = ["editor", "overview", "web"]
