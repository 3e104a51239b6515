from stackroom.audit.related import Children
from stackroom.core.features import Feature, Figure, NavItem
from stackroom.patrons.models import PatronBlock
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
)  # fmt: skip
