from typing import Any

from flask import Blueprint

from stackroom.audit.web.showing import shown
from stackroom.oversight.past.web import words

web = Blueprint("past", __name__, url_prefix="/audit", template_folder="templates")


@web.context_processor
def page_words() -> dict[str, Any]:
    return {"words": words, "shown": shown}
