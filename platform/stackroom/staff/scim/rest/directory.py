"""All that a directory can call, each group in its own file."""

from stackroom.staff.scim.rest import discovery, groups, users
from stackroom.staff.scim.rest.blueprint import api

__all__ = ["api", "discovery", "groups", "users"]
