from typing import Any

from flask import Blueprint

from stackroom.core.pagination import Page, PageQuery
from stackroom.oversight.reports.models import ControlNote
from stackroom.oversight.reports.schemas import NoteOut
from stackroom.oversight.reports.web import words

web = Blueprint("reports", __name__, url_prefix="/audit/reports", template_folder="templates")
NOTES = PageQuery(per_page=100)
"""Those of one page."""


@web.context_processor
def page_words() -> dict[str, Any]:
    return {"words": words}


def notes_shown(page: Page[ControlNote]) -> list[NoteOut]:
    return [NoteOut.model_validate(each) for each in page.items]
