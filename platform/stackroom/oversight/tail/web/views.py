"""The trail as it grows."""

from flask import Blueprint, render_template, request, url_for

from stackroom.audit import choices, queries
from stackroom.audit.filters import EntryQuery
from stackroom.audit.permissions import AUDIT_READ
from stackroom.core.permissions import requires
from stackroom.realtime.news import news_travel
from stackroom.web.forms import Form
from tenants import context

web = Blueprint("audit_tail", __name__, url_prefix="/audit/live", template_folder="templates")


@web.get("")
@requires(AUDIT_READ)
def live() -> str:
    form = Form(EntryQuery, request.args.to_dict())
    offered = choices.offered()
    with form.or_again("tail/live.html", **offered) as query:
        found = queries.entries(query)
    watched = {
        "trail": str(context.current().uuid),
        "since": queries.newest(),
        "asks": query.asked(),
        "page": url_for("audit.entries"),
        "live": news_travel(),
    }
    return render_template("tail/live.html", form=form, found=found, watched=watched, **offered)
