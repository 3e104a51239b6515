"""Notes and sign-offs: what auditors think of a report, added and never changed."""

from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from stackroom.audit.events import record
from stackroom.core import clock
from stackroom.core.actor import provenance
from stackroom.core.database import db
from stackroom.core.errors import Invalid
from stackroom.core.signing import Signer
from stackroom.oversight.reports import documents, events, queries
from stackroom.oversight.reports.models import (
    ControlNote,
    ControlRun,
    ControlSample,
    ControlSignOff,
)
from stackroom.oversight.reports.schemas import NoteIn, NoteOut, SampleOut, SignOffIn
from stackroom.oversight.reports.service.reading import demand_reading, result
from stackroom.oversight.reports.showing import run_out, sample_out
from tenants import context


def note_on_run(run_id: UUID, given: NoteIn) -> ControlNote:
    """Raises NotFound, NotReady or Invalid (finding)."""
    run = queries.run(run_id)
    found = result(run).found
    if given.finding is not None and given.finding > found:
        raise Invalid.field("finding", f"This run has {found} findings.")
    return _keep(ControlNote(run_id=run.id, finding=given.finding, text=given.text))


def note_on_sample(sample_id: UUID, text: str) -> ControlNote:
    """Raises NotFound."""
    return _keep(ControlNote(sample_id=queries.sample(sample_id).id, text=text))


def correct(note_id: UUID, text: str) -> ControlNote:
    """By a further note on the same thing. Raises NotFound."""
    wrong = queries.note(note_id)
    right = ControlNote(
        run_id=wrong.run_id, finding=wrong.finding, sample_id=wrong.sample_id,
        corrects_id=wrong.id, text=text,
    )  # fmt: skip
    return _keep(right)


def _keep(made: ControlNote) -> ControlNote:
    demand_reading()
    actor = provenance().actor
    made.id, made.written_at = uuid7(), clock.now()
    made.written_by_id, made.written_by = actor.id, actor.label
    db.session.add(made)
    facts: dict[str, Any] = {"note_id": str(made.id), "finding": made.finding}
    if made.run_id:
        record(events.NOTED, queries.run(made.run_id), **facts)
    elif made.sample_id:
        record(events.SAMPLE_NOTED, queries.sample(made.sample_id), **facts)
    return made


def sign_off(run_id: UUID, given: SignOffIn, signer: Signer) -> ControlSignOff:
    """Raises NotFound or NotReady."""
    demand_reading()
    run, actor, now = queries.run(run_id), provenance().actor, clock.now()
    result(run)
    signed = {
        "conclusion": given.conclusion.value, "text": given.text, "by": actor.label,
        "by_id": str(actor.id), "at": now.isoformat(),
    }  # fmt: skip
    facts = {
        "run": run_out(run).model_dump(mode="json"),
        "notes": [note.model_dump(mode="json") for note in _notes(run)],
        "samples": [sample.model_dump(mode="json") for sample in _samples(run)],
        "sign_off": signed,
    }
    made = ControlSignOff(
        id=uuid7(), run_id=run.id, conclusion=given.conclusion, text=given.text,
        document=documents.signed(context.current(), facts, signer).decode(),
        signed_by_id=actor.id, signed_by=actor.label, signed_at=now,
    )  # fmt: skip
    db.session.add(made)
    record(events.SIGNED, run, conclusion=given.conclusion.replace("_", " "))
    return made


def _notes(run: ControlRun) -> list[NoteOut]:
    wanted = queries.notes().where(ControlNote.run_id == run.id)
    return [NoteOut.model_validate(each) for each in db.session.scalars(wanted)]


def _samples(run: ControlRun) -> list[SampleOut]:
    wanted = queries.samples().where(ControlSample.run_id == run.id)
    return [sample_out(each) for each in db.session.scalars(wanted)]
