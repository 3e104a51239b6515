"""The pages of this feature, each group in its own file."""

from stackroom.oversight.past.web import records, undoing
from stackroom.oversight.past.web.blueprint import web

__all__ = ["records", "undoing", "web"]
