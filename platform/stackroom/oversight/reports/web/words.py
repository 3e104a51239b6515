"""The pages' words for what the reports keep in keys, and the form of a control."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, create_model

from stackroom.core import clock
from stackroom.core.controls import Control
from stackroom.oversight.reports.documents import told
from stackroom.oversight.reports.models import Conclusion, RunState
from stackroom.oversight.reports.schemas import SpanIn
from stackroom.web.times import local_time

STATES = {
    RunState.QUEUED: ("Waiting", "secondary"),
    RunState.RUNNING: ("Running", "info"),
    RunState.READY: ("Ready", "success"),
    RunState.FAILED: ("Failed", "danger"),
}
CONCLUSIONS = {
    Conclusion.SATISFACTORY: ("Satisfactory", "success"),
    Conclusion.WITH_REMARKS: ("With remarks", "warning"),
    Conclusion.NOT_SATISFACTORY: ("Not satisfactory", "danger"),
}
CONCLUSION_CHOICES = [(key.value, words) for key, (words, _) in CONCLUSIONS.items()]
MONTH = timedelta(days=30)
KINDS = {"integer": "number", "number": "number"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One parameter, as a field draws it. `kind`: number, time, choice or choices."""

    name: str
    title: str
    help: str
    kind: str
    options: tuple[tuple[str, str], ...] = ()


@lru_cache
def form_model(control: Control) -> type[BaseModel]:
    """A control's parameters beside the span, as one flat form."""
    return create_model("ReportForm", __base__=(SpanIn, control.parameters))


def proposed(control: Control) -> dict[str, Any]:
    """The last month until today, with the control's own defaults."""
    today = clock.now().date()
    defaults = control.parameters().model_dump(mode="json")
    plain = {name: str(it).lower() if isinstance(it, bool) else it for name, it in defaults.items()}
    return {"since": today - MONTH, "until": today, **plain}


def fields(control: Control) -> Iterator[Asked]:
    schema = control.parameters.model_json_schema()
    for name, rule in schema["properties"].items():
        asked = name, rule["title"], rule["description"]
        if rule["type"] == "boolean":
            yield Asked(*asked, "choice", (("true", "Yes"), ("false", "No")))
        elif rule["type"] == "array":
            words = schema["$defs"][rule["items"]["$ref"].rpartition("/")[2]]["enum"]
            yield Asked(*asked, "choices", tuple((each, each.capitalize()) for each in words))
        else:
            yield Asked(*asked, KINDS.get(rule["type"], rule.get("format", "text")))


def in_words(value: Any) -> str:
    """A parameter or a figure."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return told(value)


def settings(parameters: dict[str, Any]) -> str:
    return "; ".join(f"{name.replace('_', ' ')}: {in_words(it)}" for name, it in parameters.items())


def findings(run: Any) -> str:
    """`1 finding, which stands out`; `12 findings, of which 3 stand out`."""
    if run.found == 1:
        return "1 finding, which stands out" if run.outliers else "1 finding"
    marked = f", of which {run.outliers:,} stand out" if run.outliers else ""
    return f"{run.found:,} findings{marked}"


def span(run: Any) -> str:
    return f"{local_time(run.since)} to {local_time(run.until)}"
