"""Notes and sign-offs: what auditors think of a report, added and never changed."""

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


def note(given: NoteIn) -> ControlNote:
    """Raises NotFound, NotReady or Invalid."""
    demand_reading()
    _about_one_thing(given)
    actor = provenance().actor
    made = ControlNote(
        id=uuid7(), run_id=given.control_run_id, finding=given.finding,
        sample_id=given.control_sample_id, corrects_id=_corrected(given), text=given.text,
        written_by_id=actor.id, written_by=actor.label, written_at=clock.now(),
    )  # fmt: skip
    if given.control_run_id:
        run = queries.run(given.control_run_id)
        _check_finding(run, given.finding)
        record(events.NOTED, run, finding=given.finding, note_id=str(made.id))
    elif given.control_sample_id:
        sample = queries.sample(given.control_sample_id)
        record(events.SAMPLE_NOTED, sample, note_id=str(made.id))
    db.session.add(made)
    db.session.flush()  # an organisation's own rows alone may be named
    return made


def _about_one_thing(given: NoteIn) -> None:
    if (given.control_run_id is None) == (given.control_sample_id is None):
        raise Invalid.field("control_run_id", "Name either a run or a sample.")
    if given.finding and given.control_sample_id:
        raise Invalid.field("finding", "A sample has no findings; leave this out.")


def _check_finding(run: ControlRun, number: int | None) -> None:
    found = result(run).found
    if number is not None and number > found:
        raise Invalid.field("finding", f"This run has {found} findings.")


def _corrected(given: NoteIn) -> UUID | None:
    """Of the same run or sample."""
    if given.corrects_id is None:
        return None
    wanted = queries.notes().where(
        ControlNote.id == given.corrects_id,
        ControlNote.run_id == given.control_run_id
        if given.control_run_id
        else ControlNote.sample_id == given.control_sample_id,
    )
    if db.session.scalar(wanted) is None:
        raise Invalid.field("corrects_id", "There is no such note here.")
    return given.corrects_id


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
