from flask import url_for

from stackroom.core.features import Feature, NavItem
from stackroom.oversight.past.permissions import PAST_READ, PERMISSIONS
from stackroom.oversight.past.rest.v1 import api
from stackroom.oversight.past.service.undoing import RUN
from stackroom.oversight.past.tasks import run_undo
from stackroom.oversight.past.web.views import web

feature = Feature(
    name="past",
    permissions=PERMISSIONS,
    api=api,
    web=web,
    audit_pages=(NavItem("Bulk operations", "past.batches", "arrow-left-right", 40, PAST_READ),),
    subscriptions={RUN: run_undo},
    pages={"undo": lambda undo_id: url_for("past.undo", undo_id=undo_id)},
)
