"""The pages of this feature, each group in its own file."""

from stackroom.staff.factors.web import confirming, organisation, own, signing_in
from stackroom.staff.factors.web.blueprint import web

__all__ = ["confirming", "organisation", "own", "signing_in", "web"]
