"""Runs and samples as API and pages show them."""

from stackroom.oversight.reports.models import ControlRun, ControlSample
from stackroom.oversight.reports.schemas import RunOut, SampleOut

METHOD = (
    "Each unit is an entry's id, or the number of a finding. Of the seed, a line feed and the unit "
    "in UTF-8, the SHA-256 is taken; the units with the lowest are the sample, in that order."
)


def run_out(run: ControlRun) -> RunOut:
    made = run.result
    found = made.findings if made else {}
    return RunOut(
        id=run.id, control=run.control, title=run.title, since=run.since, until=run.until,
        time_zone=run.time_zone, library=run.library, parameters=run.parameters, state=run.state,
        detail=run.detail, asked_by=run.asked_by, asked_at=run.asked_at,
        finished_at=run.finished_at, found=made.found if made else None,
        outliers=made.outliers if made else None, looked_at=found.get("looked_at"),
        sha256=made.sha256 if made else "", notes=found.get("notes", []),
        measure=found.get("measure", ""), bars=found.get("bars", []), cut=found.get("cut", False),
    )  # fmt: skip


def sample_out(sample: ControlSample) -> SampleOut:
    return SampleOut(
        id=sample.id, run_id=sample.run_id, asked=sample.asked, seed=sample.seed,
        population=sample.population, units=sample.units, entries=sample.entries, method=METHOD,
        drawn_by=sample.drawn_by, drawn_at=sample.drawn_at,
    )  # fmt: skip
