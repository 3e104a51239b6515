"""Pages of imports: upload, progress, and every record that was refused."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from stackroom.catalogue.imports import permissions as may
from stackroom.catalogue.imports import service
from stackroom.catalogue.imports.schemas import ImportIn, ImportOut
from stackroom.catalogue.imports.uploads import allow_uploads, receive
from stackroom.core.pagination import Page, PageQuery
from stackroom.core.permissions import requires
from stackroom.realtime.news import news_travel
from stackroom.web.forms import Form, submitted

web = Blueprint("imports", __name__, template_folder="templates")
web.before_request(allow_uploads("imports.upload"))

FORMATS = [
    ("auto", "Find out from the file"),
    ("marc", "MARC 21 (.mrc)"),
    ("marcxml", "MARCXML"),
    ("csv", "Spreadsheet (CSV)"),
]
MAPPINGS = [
    ("none", "Titles only"),
    ("852", "852: holdings (MARC 21)"),
    ("876", "876: items (MARC 21, Alma)"),
    ("949", "949: Sirsi, and many others"),
    ("952", "952: Koha, and spreadsheets"),
    ("999", "999: Sirsi"),
]


@web.get("/imports")
@requires(may.IMPORTS_READ)
def index() -> str:
    query = PageQuery.model_validate(request.args.to_dict())
    return render_template("imports/index.html", form=Form(ImportIn), **_around(query))


@web.post("/imports")
@requires(may.IMPORTS_WRITE, writes=False)
def upload() -> Response:
    form = submitted(ImportIn)
    form.data["file"] = request.files.get("file") or ""
    with form.or_again("imports/index.html", **_around(PageQuery())) as given:
        job = receive(given)
    flash(f"{job.filename} waits for its turn.", "success")
    return redirect(url_for(".progress", import_id=job.id), 303)


@web.get("/imports/<uuid:import_id>")
@requires(may.IMPORTS_READ)
def progress(import_id: UUID) -> str:
    query = PageQuery.model_validate(request.args.to_dict())
    job = service.job(import_id)
    return render_template(
        "imports/progress.html",
        job=ImportOut.model_validate(job),
        live=news_travel(),
        rejects=service.rejects(job, query),
        warnings=service.warnings(job, PageQuery(per_page=100)),
    )


def _around(query: PageQuery) -> dict[str, object]:
    """What stands around the form: plain values, for they may be drawn after a roll-back."""
    page: Page[ImportOut] = service.jobs(query).map(ImportOut.model_validate)
    return {"page": page, "formats": FORMATS, "mappings": MAPPINGS}
