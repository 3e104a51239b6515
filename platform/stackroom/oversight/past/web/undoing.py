"""Pages of bulk operations and of undoing them."""

from uuid import UUID

from flask import Response as Download
from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from stackroom.core.features import registry
from stackroom.core.permissions import requires
from stackroom.oversight.past import batches as found_batches
from stackroom.oversight.past import permissions as may
from stackroom.oversight.past import showing
from stackroom.oversight.past.downloads import spreadsheet
from stackroom.oversight.past.models import RESUMABLE, UNDERWAY
from stackroom.oversight.past.planning import labels
from stackroom.oversight.past.schemas import (
    BatchOut,
    BatchQuery,
    LineOut,
    LineQuery,
    UndoIn,
    UndoOut,
)
from stackroom.oversight.past.service import undoing
from stackroom.oversight.past.web.blueprint import web
from stackroom.web.forms import Form, submitted


@web.get("/batches")
@requires(may.PAST_READ)
def batches() -> str:
    form = Form(BatchQuery, request.args.to_dict())
    with form.or_again("past/batches.html") as query:
        page = found_batches.batches(query).map(BatchOut.model_validate)
    return render_template("past/batches.html", form=form, page=page, asked=request.args.to_dict())


@web.get("/batches/<uuid:batch_id>")
@requires(may.PAST_READ)
def batch(batch_id: UUID) -> str:
    found = BatchOut.model_validate(found_batches.batch(batch_id))
    return render_template(
        "past/batch.html",
        batch=found,
        page_of=registry.page_of(found.kind, batch_id),
        counts=found_batches.counts(batch_id),
        undos=undoing.of_batch(batch_id),
    )


@web.get("/batches/<uuid:batch_id>/undo")
@requires(may.RECORDS_RESTORE, step_up=True)
def preview_undo(batch_id: UUID) -> str:
    return render_template("past/preview.html", form=Form(UndoIn), **_previewed(batch_id))


@web.post("/batches/<uuid:batch_id>/undo")
@requires(may.RECORDS_RESTORE, step_up=True)
def start_undo(batch_id: UUID) -> Response:
    form = submitted(UndoIn)
    with form.or_again("past/preview.html", **_previewed(batch_id)) as given:
        started = undoing.start(batch_id, given.reason)
    flash("The undo waits for its turn; this page shows how far it is.", "success")
    return redirect(url_for(".undo", undo_id=started.id), 303)


def _previewed(batch_id: UUID) -> dict[str, object]:
    return {
        "batch": BatchOut.model_validate(found_batches.batch(batch_id)),
        "preview": showing.preview(undoing.preview(batch_id)),
    }


@web.get("/undos/<uuid:undo_id>")
@requires(may.PAST_READ)
def undo(undo_id: UUID) -> str:
    query = LineQuery.model_validate(request.args.to_dict())
    found = undoing.undo(undo_id)
    page = undoing.lines(found, query)
    names = labels(found.batch_id, [line.record_id for line in page.items])
    return render_template(
        "past/undo.html",
        undo=UndoOut.model_validate(found),
        page=page.map(lambda line: LineOut.of(line, names)),
        query=query,
        underway=found.status in UNDERWAY,
        resumable=found.status in RESUMABLE,
    )


@web.post("/undos/<uuid:undo_id>/resume")
@requires(may.RECORDS_RESTORE, step_up=True)
def resume_undo(undo_id: UUID) -> Response:
    undoing.resume(undo_id)
    flash("The undo goes on as soon as it is its turn.", "success")
    return redirect(url_for(".undo", undo_id=undo_id), 303)


@web.get("/undos/<uuid:undo_id>/lines.csv")
@requires(may.PAST_READ)
def undo_lines(undo_id: UUID) -> Download:
    return spreadsheet(undoing.undo(undo_id))
