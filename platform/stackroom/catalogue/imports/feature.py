from flask import url_for

from stackroom.catalogue.imports.models import ImportJob
from stackroom.catalogue.imports.permissions import IMPORTS_READ, PERMISSIONS
from stackroom.catalogue.imports.rest.v1 import api
from stackroom.catalogue.imports.service import NEWS, RUN, bytes_kept, exists
from stackroom.catalogue.imports.tasks import run_import
from stackroom.catalogue.imports.web.views import web
from stackroom.core.features import Channel, Feature, Meter, NavItem
from stackroom.plans.registry import Measure

feature = Feature(
    name="imports",
    permissions=PERMISSIONS,
    api=api,
    web=web,
    navigation=(NavItem("Import", "imports.index", "upload", 30, IMPORTS_READ),),
    meters=(Meter(Measure.STORAGE, "uploads", bytes_kept),),
    subscriptions={RUN: run_import},
    channels=(Channel(NEWS, IMPORTS_READ, exists),),
    pages=dict.fromkeys(
        ("import", "import_job"),
        lambda import_id: url_for("imports.progress", import_id=import_id),
    ),
    restorers={ImportJob: "An import is a record of what was done; undo the import itself."},
)
