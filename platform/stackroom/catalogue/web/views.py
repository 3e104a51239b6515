"""The pages of this feature, each group in its own file."""

from stackroom.catalogue.web import copies, search, titles
from stackroom.catalogue.web.blueprint import web

__all__ = ["copies", "search", "titles", "web"]
