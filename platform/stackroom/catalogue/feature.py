from flask import url_for

from stackroom.audit.related import Children
from stackroom.catalogue.index import index
from stackroom.catalogue.models import Bib, Holdings, Item, ItemType
from stackroom.catalogue.permissions import ITEMS_READ, PERMISSIONS
from stackroom.catalogue.rest.v1 import api
from stackroom.catalogue.service import bibs, items
from stackroom.catalogue.service.item_types import provision
from stackroom.catalogue.web.views import web
from stackroom.core.features import Feature, Figure, Meter, NavItem, Restorer
from stackroom.plans.registry import Measure

feature = Feature(
    name="catalogue",
    permissions=PERMISSIONS,
    api=api,
    web=web,
    navigation=(NavItem("Catalogue", "catalogue.search", "search", 20),),
    figures=(
        Figure(
            "Titles", "catalogue.search", "book", 20, ITEMS_READ, bibs.count,
            when_none="Import your records, or write the first one.",
        ),
    ),
    meters=(Meter(Measure.ITEMS, "copies", items.count),),
    provision=provision,
    related={"bib": (Children(Item, "bib_id"), Children(Holdings, "bib_id"))},
    pages={"bib": lambda bib_id: url_for("catalogue.record", bib_id=bib_id)},
    restorers={
        Bib: Restorer(settle=index),
        Holdings: Restorer(),
        # circulation alone writes where a copy is
        Item: Restorer(
            keeps=frozenset({"status", "in_house_uses"}),
            adding=items.make_room,
            must_stay=items.must_stay,
        ),
        ItemType: Restorer(),
    },
)  # fmt: skip
