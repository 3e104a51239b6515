"""Seals what is committed: rows → Merkle root → a signed checkpoint that names the one before it.

Rows are read and hashed first, for they do not change any more; the write that follows is short,
so that on neither database anybody waits for a sealer. Sealers do not wait for each other, either:
the number of a checkpoint is taken once, and whoever comes second reads anew.
"""

from collections.abc import Iterable, Sequence
from typing import cast

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from stackroom.audit.models import AuditTransaction
from stackroom.core import clock
from stackroom.core.database import db, transaction
from stackroom.core.errors import NotFound
from stackroom.core.merkle import Tree, leaf
from stackroom.core.pagination import Page, PageQuery, paginate
from stackroom.core.sealing import Seal
from stackroom.oversight.seals import rows, statements
from stackroom.oversight.seals.models import AuditCheckpoint, AuditSealed, AuditUnsealed
from stackroom.oversight.seals.service import keys
from stackroom.oversight.seals.service.keys import Signing
from tenants import context
from tenants.columns import INTEGERS
from tenants.database import reads_only
from tenants.wall import KERNEL

MOST = 2000
"""Transactions in one checkpoint."""
WHY = "history is sealed in whatever state the organisation is"
SEALED = cast("sa.Table", AuditSealed.__table__)

Leaves = dict[int, dict[str, str]]
"""By transaction: the hash of each of its rows, by name."""


def seal(vault: Seal) -> int:
    """Seal all that is committed; how many checkpoints were made. It opens transactions of its
    own, so none is to be open."""
    made = 0
    with context.writing_though_read_only(WHY):
        _forget_sealed()
        while found := _read(vault):
            made += _write(*found)
    return made


def waiting() -> int:
    """How many transactions are in no checkpoint yet."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(AuditUnsealed)) or 0


def latest() -> AuditCheckpoint | None:
    newest = sa.select(AuditCheckpoint).order_by(AuditCheckpoint.number.desc()).limit(1)
    return db.session.scalar(newest)


def checkpoints(query: PageQuery) -> Page[AuditCheckpoint]:
    """Newest first."""
    ordered = sa.select(AuditCheckpoint).order_by(AuditCheckpoint.number.desc())
    return paginate(db.session(), ordered, query)


def checkpoint(number: int) -> AuditCheckpoint:
    """Raises NotFound."""
    wanted = sa.select(AuditCheckpoint).where(AuditCheckpoint.number == number)
    found = db.session.scalar(wanted) if number in INTEGERS else None
    if found is None:
        raise NotFound
    return found


def _forget_sealed() -> None:
    """History that a bundle has brought was sealed where it was made."""
    sealed = sa.select(AuditSealed.transaction_id).join(
        AuditUnsealed, AuditUnsealed.transaction_id == AuditSealed.transaction_id
    )
    with reads_only(), transaction() as session:
        known = list(session.scalars(sealed.limit(MOST)))
    while known:
        with transaction() as session:
            _take_off(known)
            known = list(session.scalars(sealed.limit(MOST)))


def _read(vault: Seal) -> tuple[AuditCheckpoint, Leaves] | None:
    """The next checkpoint, signed; None where nothing waits. A transaction that waits and is not
    there was removed: it stays on the list, and each check names it."""
    while True:
        with reads_only(), transaction() as session:
            ids = list(
                session.scalars(
                    sa.select(AuditUnsealed.transaction_id)
                    .join(AuditTransaction, AuditTransaction.id == AuditUnsealed.transaction_id)
                    .order_by(AuditUnsealed.transaction_id)
                    .limit(MOST)
                )
            )
            if not ids:
                return None
            if signing := keys.in_force(vault):
                leaves = _leaves(ids)
                return _checkpoint(latest(), leaves, signing), leaves
        with transaction():
            keys.begin(vault)


def _leaves(ids: Sequence[int]) -> Leaves:
    found = rows.lines(db.session(), ids)
    return {
        each: {name: leaf(line).hex() for name, line in sorted(found[each].items())} for each in ids
    }


def _checkpoint(
    before: AuditCheckpoint | None, leaves: Leaves, signing: Signing
) -> AuditCheckpoint:
    tree, ids = Tree(), sorted(leaves)
    for each in ids:
        for hashed in leaves[each].values():
            tree.add_hash(bytes.fromhex(hashed))
    made = AuditCheckpoint(
        number=before.number + 1 if before else 1,
        previous=statements.digest(before) if before else "",
        root=tree.root,
        leaves=tree.leaves,
        transactions=len(ids),
        first_id=ids[0],
        last_id=ids[-1],
        key_id=signing.key_id,
        made_at=clock.now(),
        signature="",
    )
    made.signature = signing.sign(statements.checkpoint(made))
    return made


def _write(made: AuditCheckpoint, leaves: Leaves) -> bool:
    """False where another sealer has taken the number, or one of the transactions, meanwhile."""
    tenant_id = context.current().id
    sealed = [
        {"tenant_id": tenant_id, "transaction_id": each, "checkpoint": made.number, "leaves": names}
        for each, names in leaves.items()
    ]
    try:
        with transaction() as session:
            session.add(made)
            session.flush()  # the database decides who was first
            session.connection().execute(SEALED.insert(), sealed, execution_options=KERNEL)
            _take_off(leaves)
    except IntegrityError:
        return False
    return True


def _take_off(ids: Iterable[int]) -> None:
    db.session.execute(sa.delete(AuditUnsealed).where(AuditUnsealed.transaction_id.in_(list(ids))))
