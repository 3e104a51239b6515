from datetime import timedelta

from flask import url_for

from stackroom.core.features import Chore, Feature, NavItem
from stackroom.lifecycle.bundle import service
from stackroom.lifecycle.bundle.permissions import ORGANISATION_EXPORT, PERMISSIONS
from stackroom.lifecycle.bundle.rest.v1 import api
from stackroom.lifecycle.bundle.tasks import expire_exports, run_export
from stackroom.lifecycle.bundle.web.views import web
from tenants.lifecycle import SERVING

feature = Feature(
    name="exports",
    permissions=PERMISSIONS,
    api=api,
    web=web,
    navigation=(NavItem("Export", "exports.index", "download", 95, ORGANISATION_EXPORT),),
    subscriptions={service.RUN: run_export},
    chores=(Chore("exports.expire", timedelta(hours=1), expire_exports, SERVING),),
    on_status=service.on_status,
    though_read_only=frozenset({service.RUN}),
    hinders_purge=service.hindrance,
    pages={"export": lambda _: url_for("exports.index")},
)
