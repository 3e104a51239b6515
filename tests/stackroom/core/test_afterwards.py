"""Small writes of routes that read: after the transaction, and never worth a failure."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from stackroom.core.actor import SYSTEM, Channel, Provenance, acting_as
from stackroom.core.database import afterwards, db, transaction
from stackroom.core.errors import NotFound
from stackroom.libraries.models import Library
from stackroom.libraries.service import main_library
from stackroom.testing.house import House
from tenants import context
from tenants.database import reads_only


@pytest.fixture
def inside(north: House) -> Iterator[House]:
    with north.app.app_context(), context.acting_for(north.tenant):
        yield north


def test_it_is_written_although_the_transaction_only_reads(inside: House) -> None:
    seen: list[str] = []
    with reads_only(), transaction():
        afterwards(lambda: seen.append(main_library().name))
        assert seen == []
    assert len(seen) == 1


def test_nothing_is_written_after_a_refusal(inside: House) -> None:
    seen: list[str] = []

    def refused() -> None:
        with transaction():
            afterwards(lambda: seen.append("written"))
            raise NotFound

    with pytest.raises(NotFound):
        refused()
    assert seen == []


def test_a_write_that_the_database_refuses_takes_no_answer_with_it(inside: House) -> None:
    def twice() -> None:
        db.session.add_all(Library(code="twin", name="Twin") for _ in range(2))
        db.session.flush()

    with acting_as(Provenance(SYSTEM, Channel.JOB)):
        with transaction():
            afterwards(twice)
            name = main_library().name
        with transaction() as session:
            assert session.scalars(sa.select(Library.name)).all() == [name]


def test_a_fault_of_ours_is_not_hidden(inside: House) -> None:
    def mistake() -> None:
        raise LookupError

    with pytest.raises(LookupError), transaction():
        afterwards(mistake)
