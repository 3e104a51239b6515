from flask import url_for

from stackroom.core.features import Feature, NavItem
from stackroom.oversight.reports import events
from stackroom.oversight.reports.controls import PATRON_DATA
from stackroom.oversight.reports.permissions import PERMISSIONS, REPORTS_READ
from stackroom.oversight.reports.rest.v1 import api
from stackroom.oversight.reports.service.running import RUN
from stackroom.oversight.reports.tasks import run_report
from stackroom.oversight.reports.web.views import web

feature = Feature(
    name="reports",
    permissions=PERMISSIONS,
    api=api,
    web=web,
    audit_pages=(NavItem("Reports", "reports.index", "file-earmark-text", 45, REPORTS_READ),),
    subscriptions={RUN: run_report},
    controls=(PATRON_DATA,),
    pages={
        events.RUN: lambda run_id: url_for("reports.show", control_run_id=run_id),
        events.SAMPLE: lambda sample_id: url_for("reports.sample", control_sample_id=sample_id),
    },
)
