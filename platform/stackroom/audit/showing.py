"""An entry as the API shows it; exports and deliveries show it in the same shape."""

from stackroom.audit.schemas import ActorOut, ChangeOut, EntryOut, SubjectOut
from stackroom.audit.telling import Entry


def entry_out(entry: Entry) -> EntryOut:
    line, by = entry.line, entry.by
    return EntryOut(
        id=line.id,
        at=by.at,
        actor=ActorOut(id=by.actor_id, label=by.actor_label, type=by.actor_type),
        action=line.action,
        sentence=entry.sentence,
        subject=SubjectOut(type=line.subject_type, id=line.subject_id, label=line.subject_label),
        changes=[ChangeOut.model_validate(change) for change in entry.changes],
        data=line.data,
        channel=by.channel,
        request_id=by.request_id,
        ip=by.ip,
        reason=by.reason,
        roles=by.roles,
        by_right=by.by_right,
        on_behalf_of=by.on_behalf_of,
        user_agent=by.user_agent,
        library_id=line.library_id,
        batch_id=by.batch_id,
    )
