"""The pages of single sign-on. Importing a module adds its routes to the blueprint."""

from stackroom.staff.sso.web import front_door, settings
from stackroom.staff.sso.web.blueprint import web

__all__ = ["front_door", "settings", "web"]
