"""An audited check-out behind the walls, against the same service without audit and walls, and
against nothing but the rows it leaves."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from bench.ground import Ground
from bench.report import Result
from bench.rounds import interleave, ratio
from bench.sizes import Sizes
from bench.statements import told
from stackroom.catalogue.models import ItemStatus
from stackroom.circulation.service import lending, returns
from stackroom.core.database import db, transaction
from stackroom.testing.furnish import add_bib, add_item, add_patron
from tenants.orm import Base

AUDIT_TABLES = ("_version ", "audit_")
LOANS, ITEMS = (Base.metadata.tables[name] for name in ("loans", "items"))


def measure(ground: Ground, sizes: Sizes) -> Iterator[Result]:
    barcodes = _furnish(ground, sizes.calls)
    with ground.inside():
        yield from _compared(ground, sizes, barcodes)
        yield from _statements(ground, barcodes[0])


def _furnish(ground: Ground, number: int) -> list[str]:
    """Each item has a patron of its own, with the same barcode: nobody reaches a limit."""
    barcodes = [f"lend-{turn}" for turn in range(number)]
    with ground.house.work():
        bib = add_bib()
        for barcode in barcodes:
            add_item(bib, barcode)
            add_patron(barcode)
    ground.copy_to_bare()
    return barcodes


def _compared(ground: Ground, sizes: Sizes, barcodes: list[str]) -> Iterator[Result]:
    sides = {
        "ours": Desk(barcodes, transaction),
        "unaudited": Desk(barcodes, lambda: _bare_transaction(ground.bare)),
    }
    rows = Rows(ground.bare, sides["unaudited"])
    times = interleave(
        {"ours": sides["ours"].lend, "unaudited": sides["unaudited"].lend, "rows": rows.lend},
        rounds=sizes.rounds, calls=len(barcodes),
        prepare=lambda name: rows.give_back() if name == "rows" else sides[name].give_back(),
    )  # fmt: skip
    audited, alone = (ratio(times["ours"], times[it]) for it in ("unaudited", "rows"))
    yield Result(
        "G8", ground.name, "check-out / without audit and walls", str(audited), audited.cpu, 1.6
    )
    yield Result(
        "–", ground.name, "check-out with its rules / its two rows alone", str(alone), alone.cpu
    )


@dataclass(slots=True)
class Desk:
    """Lends through the service; `begin` opens the transaction of one loan."""

    barcodes: list[str]
    begin: Callable[[], Any]
    turn: Iterator[str] = field(init=False)

    def __post_init__(self) -> None:
        self.turn = cycle(self.barcodes)

    def lend(self) -> None:
        barcode = next(self.turn)
        with self.begin():
            lending.check_out(item_barcode=barcode, patron_barcode=barcode)

    def give_back(self) -> None:
        for barcode in self.barcodes:
            with self.begin():
                returns.check_in(item_barcode=barcode)


@contextmanager
def _bare_transaction(engine: sa.Engine) -> Iterator[None]:
    """Services find a plain session here, to which neither the walls nor the writer of history
    listen."""
    with Session(engine) as session:
        db.session.registry.set(session)  # type: ignore[arg-type]  # not a Flask session, on purpose
        yield
        session.commit()
    db.session.registry.clear()


class Rows:
    """What a check-out leaves, written with Core: a loan, and the new status of its item."""

    def __init__(self, engine: sa.Engine, desk: Desk) -> None:
        desk.lend()
        with engine.connect() as connection:
            self.loan = dict(connection.execute(sa.select(LOANS)).mappings().one())
            wanted = sa.select(ITEMS.c.id).where(ITEMS.c.barcode.in_(desk.barcodes))
            self.items = connection.scalars(wanted).all()
        desk.give_back()
        self.engine, self.turn = engine, cycle(self.items)

    def lend(self) -> None:
        item_id = next(self.turn)
        with self.engine.begin() as connection:
            connection.execute(LOANS.insert(), {**self.loan, "id": uuid7(), "item_id": item_id})
            self._set_status(connection, ItemStatus.CHECKED_OUT, ITEMS.c.id == item_id)

    def give_back(self) -> None:
        mine = LOANS.c.item_id.in_(self.items)
        with self.engine.begin() as connection:
            connection.execute(LOANS.delete().where(mine))
            self._set_status(connection, ItemStatus.AVAILABLE, ITEMS.c.id.in_(self.items))

    def _set_status(
        self, connection: sa.Connection, status: ItemStatus, which: sa.ColumnElement[bool]
    ) -> None:
        own = ITEMS.c.tenant_id == self.loan["tenant_id"]
        values = {"status": status, "revision": ITEMS.c.revision + 1}
        connection.execute(ITEMS.update().where(own, which).values(values))


def _statements(ground: Ground, barcode: str) -> Iterator[Result]:
    desk = Desk([barcode], transaction)
    desk.give_back()
    for what, do, bound in (("check-out", desk.lend, 8), ("check-in", desk.give_back, 6)):
        statements = told(db.engine, do)
        audit = [one for one in statements if any(name in one for name in AUDIT_TABLES)]
        rest = len(statements) - len(audit)
        measured = f"{rest} + {len(audit)} for the audit"
        yield Result("G4", ground.name, f"{what}, statements", measured, rest, bound)
