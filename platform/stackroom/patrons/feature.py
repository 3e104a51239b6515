from stackroom.audit.related import Children
from stackroom.core.features import Feature, Figure, NavItem, Restorer
from stackroom.patrons.models import Patron, PatronBlock, PatronCategory
from stackroom.patrons.permissions import PATRONS_READ, PERMISSIONS
from stackroom.patrons.rest.v1 import api
from stackroom.patrons.service import count, provision
from stackroom.patrons.web.views import web

feature = Feature(
    name="patrons",
    permissions=PERMISSIONS,
    api=api,
    web=web,
    navigation=(NavItem("Patrons", "patrons.index", "person-badge", 30),),
    figures=(
        Figure(
            "Patrons", "patrons.index", "person-badge", 30, PATRONS_READ, count,
            when_none="Register the first reader, then lend at the desk.",
        ),
    ),
    provision=provision,
    related={"patron": (Children(PatronBlock, "patron_id"),)},
    restorers={
        # whether they can sign in is decided anew, by giving them a password
        Patron: Restorer(keeps=frozenset({"account_id"})),
        PatronCategory: Restorer(),
        PatronBlock: "A block is set and lifted on the patron’s page, so that the trail says why.",
    },
)  # fmt: skip
