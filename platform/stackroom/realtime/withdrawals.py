"""What is taken back reaches open sockets as the transaction ends, whoever has taken it back: the
rows that let people in are watched, not the verbs that change them (`Feature.lets_in`)."""

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction

from stackroom.core.features import registry
from stackroom.core.http import app
from stackroom.realtime import sockets
from tenants import context


def watch(sessions: type[Session]) -> None:
    event.listen(sessions, "after_flush", _note_rows)
    event.listen(sessions, "do_orm_execute", _note_bulk)
    event.listen(sessions, "after_commit", _tell)
    event.listen(sessions, "after_rollback", _forget)


def _note_rows(session: Session, _flush: UOWTransaction) -> None:
    lets_in = registry.lets_in
    for row in (*session.dirty, *session.deleted):
        if (column := lets_in.get(type(row))) is not None:
            _note(session, str(getattr(row, column)) if column else "")


def _note_bulk(state: ORMExecuteState) -> None:
    """Whose rows an UPDATE meets is not known here: everybody is looked at."""
    changes = state.is_update or state.is_delete
    if changes and state.bind_mapper and state.bind_mapper.class_ in registry.lets_in:
        _note(state.session, "")


def _note(session: Session, holder: str) -> None:
    """Nobody listens where no organisation is open."""
    if tenant := context.current_or_none():
        session.info.setdefault("withdrawn", set()).add(sockets.holders(tenant, holder))


def _tell(session: Session) -> None:
    if session.in_nested_transaction():
        return
    for room in session.info.pop("withdrawn", ()):
        sockets.look_again(app(), room)


def _forget(session: Session) -> None:
    session.info.pop("withdrawn", None)
