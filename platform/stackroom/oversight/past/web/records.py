"""Pages of the past: a record as of an instant, compared, restored."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from stackroom.audit.web.showing import shown
from stackroom.audit.wording import called
from stackroom.core import clock
from stackroom.core.errors import EditedMeanwhile
from stackroom.core.features import registry
from stackroom.core.permissions import requires
from stackroom.oversight.past import permissions as may
from stackroom.oversight.past import showing
from stackroom.oversight.past.moments import instant
from stackroom.oversight.past.schemas import AsOfQuery, CompareQuery, RestoreForm, VersionQuery
from stackroom.oversight.past.service import looking, restoring
from stackroom.oversight.past.service.restoring import Proposal
from stackroom.oversight.past.web.blueprint import web
from stackroom.web.forms import Form, submitted


@web.get("/records/<subject_type>/<uuid:subject_id>/as-of")
@requires(may.PAST_READ)
def as_of(subject_type: str, subject_id: UUID) -> str:
    form = Form(AsOfQuery, request.args.to_dict())
    record = _record(subject_type, subject_id)
    with form.or_again("past/as_of.html", record=record) as query:
        at = instant(query.at, end_of_day=True) if query.at else clock.now()
        found = looking.as_of(subject_type, subject_id, at)
    return render_template(
        "past/as_of.html",
        form=form,
        record=record,
        at=at,
        found=showing.as_of(found),
        fields=shown(found.fields),
        restorable=not isinstance(registry.restorer(found.state.model), str),
    )


@web.get("/records/<subject_type>/<uuid:subject_id>/compare")
@requires(may.PAST_READ)
def compare(subject_type: str, subject_id: UUID) -> str:
    form = Form(CompareQuery, request.args.to_dict())
    record = _record(subject_type, subject_id)
    with form.or_again("past/compare.html", record=record) as query:
        since = instant(query.since) if query.since else None
        until = instant(query.until, end_of_day=True) if query.until else clock.now()
        found = looking.compare(subject_type, subject_id, since, until)
    return render_template(
        "past/compare.html",
        form=form,
        record=record,
        since=since,
        until=until,
        label=found.label,
        found=showing.comparison(found),
        changes=shown(found.changes),
    )


@web.get("/records/<subject_type>/<uuid:subject_id>/restore")
@requires(may.RECORDS_RESTORE, step_up=True)
def restore(subject_type: str, subject_id: UUID) -> str:
    """First the versions to choose from, then what the chosen one would change."""
    version = VersionQuery.model_validate(request.args.to_dict()).version
    record = _record(subject_type, subject_id)
    if version is None:
        found = looking.versions(subject_type, subject_id)
        return render_template("past/versions.html", record=record, versions=found)
    proposed = restoring.propose(subject_type, subject_id, int(version))
    form = Form(RestoreForm, {"version": version, "revision": proposed.revision, "along": "true"})
    return render_template("past/restore.html", form=form, **_proposed(record, proposed))


@web.post("/records/<subject_type>/<uuid:subject_id>/restore")
@requires(may.RECORDS_RESTORE, step_up=True)
def restore_now(subject_type: str, subject_id: UUID) -> Response:
    form, record = submitted(RestoreForm), _record(subject_type, subject_id)
    version = VersionQuery.model_validate({"version": form.data["version"]}).version or "0"
    along = form.data["along"] == "true"
    proposed = restoring.propose(subject_type, subject_id, int(version), along=along, lock=True)
    with form.or_again("past/restore.html", **_proposed(record, proposed)) as given:
        if given.revision != proposed.revision:
            raise EditedMeanwhile
        restored = restoring.restore(proposed, given.reason)
    flash(f"“{restored.label}” is restored.", "success")
    return redirect(url_for(".as_of", subject_type=subject_type, subject_id=subject_id), 303)


def _record(kind: str, record_id: UUID) -> dict[str, Any]:
    """What the links of a page need; its own page only where it is there."""
    return {"kind": kind, "id": record_id, "word": called(kind)}


def _proposed(record: dict[str, Any], found: Proposal) -> dict[str, Any]:
    """Plain values: a refusal draws the page after the transaction has ended."""
    return {
        "record": record,
        "found": showing.proposal(found, dry_run=True),
        "changes": shown(found.changes),
        "is_gone": found.live is None,
    }
