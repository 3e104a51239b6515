"""Many who add at once: as many pass as the plan has room for, and no more."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from stackroom.catalogue.service import bibs, items
from stackroom.core.http import Stackroom
from stackroom.plans import headroom
from stackroom.plans.registry import Measure
from stackroom.staff.service import change
from stackroom.testing.furnish import add_bib, add_item
from stackroom.testing.house import Api, House, open_house
from stackroom.testing.importing import Importer, field, marc


def at_once(*calls: Callable[[], int]) -> list[int]:
    """Their answers, each called in a thread of its own at the same moment."""
    start = Barrier(len(calls))

    def call(one: Callable[[], int]) -> int:
        start.wait()
        return one()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(call, calls))


def adding(api: Api, bib: str, barcode: str) -> Callable[[], int]:
    body = {"bib_id": bib, "barcode": barcode}
    return lambda: api.post("/api/v1/items", json=body).status_code


def count(house: House) -> int:
    with house.work():
        return items.count()


def test_of_eight_who_add_a_copy_at_once_three_pass(tiny: House) -> None:
    """Nobody has added one before, so even the row that holds the limit is made at once."""
    with tiny.work():
        bib = str(add_bib().id)
    calls = [adding(tiny.api("librarian"), bib, f"B-{number}") for number in range(8)]
    assert sorted(at_once(*calls)) == [201] * 3 + [409] * 5
    assert count(tiny) == 3


def test_the_last_copy_is_added_once(tiny: House) -> None:
    with tiny.work() as session:
        bib = add_bib()
        headroom.require(Measure.ITEMS, adding=2)
        for number in range(2):
            add_item(bib, f"A-{number}")
        session.flush()
        bib_id = str(bib.id)
    calls = [adding(tiny.api("librarian"), bib_id, f"B-{number}") for number in range(2)]
    assert sorted(at_once(*calls)) == [201, 409]
    assert count(tiny) == 3


def test_the_last_staff_account_is_opened_once(tiny: House) -> None:
    person = {"name": "Eva Holm", "roles": ["librarian"], "password": "a few quiet words"}
    admins = [tiny.api("admin") for _ in range(3)]
    calls = [
        lambda api=api, n=n: (
            api.post("/api/v1/staff", json={**person, "email": f"eva{n}@x.example"}).status_code
        )
        for n, api in enumerate(admins)
    ]
    assert sorted(at_once(*calls)) == [201, 409, 409]


def test_an_import_and_a_desk_share_the_room(app: Stackroom, importing: Importer) -> None:
    house = open_house(app, "shared", plan="roomy")
    with house.work():
        bib = str(add_bib().id)
    file = b"".join(marc(f"n{n}", f"Title {n}", field("952", p=f"I-{n}")) for n in range(6))
    job = importing.begin(house, file, mapping="952")
    api = house.api("librarian")

    def run() -> int:
        importing.go(house, job)
        return 0

    answers = at_once(run, *(adding(api, bib, f"B-{n}") for n in range(3)))
    report = importing.look(house, job)
    assert report.status == "succeeded"
    assert report.read == sum(report.counts) == 6
    assert report.created + answers.count(201) == count(house) == 6


def test_two_organisations_do_not_wait_for_each_other(app: Stackroom, tiny: House) -> None:
    """What holds one organisation's limit is a row of its own."""
    other = open_house(app, "other", plan="tiny")
    for house in (tiny, other):
        with house.work():
            bib = bibs.bib(add_bib().id)
            items.create(bib, {"barcode": "B-0"})
    assert (count(tiny), count(other)) == (1, 1)


def test_closing_and_opening_accounts_never_passes_the_limit(tiny: House) -> None:
    for _ in range(3):
        with tiny.work("admin"):
            change(tiny.account("auditor"), active=False)
        with tiny.work("admin"):
            change(tiny.account("auditor"), active=True)
            assert headroom.used(Measure.STAFF) == 3
