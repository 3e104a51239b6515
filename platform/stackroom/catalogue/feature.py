from flask import url_for

from stackroom.catalogue.permissions import ITEMS_READ, PERMISSIONS
from stackroom.catalogue.rest.v1 import api
from stackroom.catalogue.service.bibs import count
from stackroom.catalogue.service.item_types import provision
from stackroom.catalogue.web.views import web
from stackroom.core.features import Feature, Figure, NavItem

feature = Feature(
    name="catalogue",
    permissions=PERMISSIONS,
    api=api,
    web=web,
    navigation=(NavItem("Catalogue", "catalogue.search", "search", 20),),
    figures=(
        Figure(
            "Titles", "catalogue.search", "book", 20, ITEMS_READ, count,
            when_none="Import your records, or write the first one.",
        ),
    ),
    provision=provision,
    pages={"bib": lambda bib_id: url_for("catalogue.record", bib_id=bib_id)},
)  # fmt: skip
