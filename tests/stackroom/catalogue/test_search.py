"""Finding titles: what is found, in which order, at which cost, and by whom."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stackroom.catalogue import queries
from stackroom.catalogue.editing import Edits
from stackroom.catalogue.queries import Criteria
from stackroom.catalogue.schemas import Sort
from stackroom.testing.databases import TestDatabase
from stackroom.testing.house import Api, House

Shelve = Callable[..., list[str]]

DUNE: Edits = {
    "title": "Dune",
    "author": "Herbert, Frank",
    "isbns": ["9780441172719"],
    "subjects": ["Deserts--Fiction", "Science fiction"],
    "language": "eng",
    "year": 1965,
    "publisher": "Chilton",
}
ROAD: Edits = {
    "title": "The road to Dune",
    "author": "Herbert, Brian",
    "subjects": ["Science fiction--History and criticism"],
    "language": "eng",
    "year": 2005,
}
LIFE: Edits = {
    "title": "Dreamer of Dune : the biography of Frank Herbert",
    "author": "Herbert, Brian",
    "language": "eng",
    "year": 2003,
}
ZURICH: Edits = {
    "title": "Züricher Novellen",
    "author": "Keller, Gottfried",
    "language": "ger",
    "year": 1877,
}
HISTORY: Edits = {"title": "日本の歴史", "language": "jpn", "subjects": ["Japan--History"]}
SHELF = (DUNE, ROAD, LIFE, ZURICH, HISTORY)


def titles(reader: Api, **query: Any) -> list[str]:
    answer = reader.get("/api/v1/bibs", query_string=query)
    assert answer.status_code == 200, answer.text
    assert answer.json["total"] == len(answer.json["items"])
    return [found["title"].split()[0] for found in answer.json["items"]]


@pytest.fixture
def reader(north: House, shelve: Shelve) -> Api:
    shelve(north, *SHELF)
    return north.api("patron")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "dune"}, {"Dune", "The", "Dreamer"}),
        ({"q": "DUNE herbert -brian"}, {"Dune"}),
        ({"q": '"road to dune"'}, {"The"}),
        ({"q": '"dune road"'}, set()),
        ({"q": "dun"}, set()),
        ({"q": "dun*"}, {"Dune", "The", "Dreamer"}),
        ({"q": "zuricher"}, {"Züricher"}),
        ({"q": "歴史"}, {"日本の歴史"}),
        ({"q": "chilton"}, {"Dune"}),
        ({"q": "978-0-441-17271-9"}, {"Dune"}),
        ({"q": "0441172717"}, {"Dune"}),
        ({"q": "-dune", "language": "eng"}, set()),
        ({"q": "?!"}, set()),
        ({"author": "frank"}, {"Dune"}),
        ({"title": "frank"}, {"Dreamer"}),
        ({"title": "dune", "author": "brian"}, {"The", "Dreamer"}),
        ({"subject": "science"}, {"Dune", "The"}),
        ({"heading": "Science fiction"}, {"Dune"}),
        ({"isbn": "0-441-17271-7"}, {"Dune"}),
        ({"isbn": "9780441478125"}, set()),
        ({"language": "german"}, {"Züricher"}),
        ({"year_from": 2003}, {"The", "Dreamer"}),
        ({"year_to": 1965}, {"Dune", "Züricher"}),
        ({"year_from": 1900, "year_to": 2003, "q": "dune"}, {"Dune", "Dreamer"}),
        ({"material": "map"}, set()),
        ({"available": "true"}, set()),
    ],
)
def test_what_a_search_finds(reader: Api, query: dict[str, Any], found: set[str]) -> None:
    assert set(titles(reader, **query)) == found


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ({"q": "dune"}, ["Dune", "The", "Dreamer"]),
        ({"q": "dune", "sort": "title"}, ["Dreamer", "Dune", "The"]),
        ({"q": "dune", "sort": "-title"}, ["The", "Dune", "Dreamer"]),
        ({"q": "dune", "sort": "year"}, ["Dune", "Dreamer", "The"]),
        ({"q": "dune", "sort": "-year"}, ["The", "Dreamer", "Dune"]),
        ({"sort": "year"}, ["Züricher", "Dune", "Dreamer", "The", "日本の歴史"]),
        ({"sort": "-year"}, ["The", "Dreamer", "Dune", "Züricher", "日本の歴史"]),
        ({}, ["Dreamer", "Dune", "The", "Züricher", "日本の歴史"]),
    ],
)
def test_in_which_order(reader: Api, query: dict[str, Any], order: list[str]) -> None:
    assert titles(reader, **query) == order


def test_a_word_of_the_title_counts_more_than_one_of_the_author_or_subject(
    north: House, shelve: Shelve
) -> None:
    shelve(
        north,
        {"title": "Gardens", "publisher": "Rose"},
        {"title": "Flowers", "subjects": ["Rose"]},
        {"title": "Plants", "author": "Rose"},
        {"title": "Rose and others"},
    )
    assert titles(north.api("patron"), q="rose") == ["Rose", "Plants", "Flowers", "Gardens"]


def test_a_changed_title_is_found_by_its_new_words_alone(north: House, shelve: Shelve) -> None:
    (bib_id,) = shelve(north, DUNE)
    api = north.api("librarian")
    change = {"title": "Sand", "isbns": ["9780441478125"]}
    assert api.patch(f"/api/v1/bibs/{bib_id}", json=change).status_code == 200
    assert titles(api, q="sand") == ["Sand"]
    assert titles(api, q="dune") == titles(api, isbn="9780441172719") == []


def test_a_refused_change_leaves_the_index_as_it_was(north: House, shelve: Shelve) -> None:
    first, _ = shelve(
        north,
        {"title": "Dune", "control_number": "1"},
        {"title": "Sand", "control_number": "2"},
    )
    api = north.api("librarian")
    clash = {"title": "Spice", "control_number": "2"}
    assert api.patch(f"/api/v1/bibs/{first}", json=clash).status_code == 409
    assert (titles(api, q="spice"), titles(api, q="dune")) == ([], ["Dune"])


def test_facets_say_how_the_hits_divide(north: House, shelve: Shelve) -> None:
    dune, *_ = shelve(north, *SHELF)
    north.api("librarian").post("/api/v1/items", json={"bib_id": dune, "barcode": "1"})
    facets = north.api("patron").get("/api/v1/bibs?q=herbert").json["facets"]
    assert facets == {
        "subject": [
            {"value": "Deserts--Fiction", "count": 1},
            {"value": "Science fiction", "count": 1},
            {"value": "Science fiction--History and criticism", "count": 1},
        ],
        "language": [{"value": "eng", "count": 3}],
        "material": [{"value": "book", "count": 3}],
        "decade": [{"value": "2000", "count": 2}, {"value": "1960", "count": 1}],
        "available": [{"value": "false", "count": 2}, {"value": "true", "count": 1}],
        "is_sampled": False,
    }


def test_facets_can_be_left_out(reader: Api) -> None:
    answer = reader.get("/api/v1/bibs?facets=false").json
    assert (answer["facets"], answer["total"]) == (None, 5)


def test_beyond_the_sample_the_total_is_still_exact(
    reader: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "SAMPLE", 3)
    answer = reader.get("/api/v1/bibs").json
    assert (answer["total"], answer["total_is_capped"]) == (5, False)
    assert answer["facets"]["is_sampled"]
    assert sum(found["count"] for found in answer["facets"]["material"]) == 3


def test_beyond_the_cap_the_total_says_so(reader: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "SAMPLE", 2)
    monkeypatch.setattr(queries, "TOTAL_CAP", 3)
    answer = reader.get("/api/v1/bibs").json
    assert (answer["total"], answer["total_is_capped"]) == (3, True)


def test_pages_link_to_each_other(reader: Api) -> None:
    answer = reader.get("/api/v1/bibs?q=dune&per_page=2&sort=title")
    assert (len(answer.json["items"]), answer.json["total"]) == (2, 3)
    assert 'rel="next"' in answer.headers["Link"]
    last = reader.get("/api/v1/bibs?q=dune&per_page=2&sort=title&page=2").json
    assert [found["title"] for found in last["items"]] == ["The road to Dune"]


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "per_page=101",
        "per_page=1000000000",
        "sort=colour",
        "year_from=abc",
        "year_from=2001&year_to=2000",
        "isbn=123",
        "available=perhaps",
        "material=brick",
        "colour=red",
    ],
)
def test_a_question_that_makes_no_sense_is_refused(north: House, query: str) -> None:
    answer = north.api("patron").get(f"/api/v1/bibs?{query}")
    assert answer.status_code == 422
    assert answer.json["errors"]


def test_the_same_words_never_show_another_organisations_titles(
    north: House, harbour: House, shelve: Shelve
) -> None:
    shelve(north, DUNE, ROAD)
    shelve(harbour, {**DUNE, "title": "Dune of the harbour"})
    for house, total in ((north, 2), (harbour, 1)):
        for query in (
            "q=dune",
            "author=herbert",
            "isbn=9780441172719",
            "heading=Science fiction",
            "",
        ):
            answer = house.api("librarian").get(f"/api/v1/bibs?{query}").json
            expected = 1 if query.startswith(("isbn", "heading")) else total
            counted = sum(found["count"] for found in answer["facets"]["material"])
            assert answer["total"] == len(answer["items"]) == counted == expected
            assert all(("harbour" in b["title"]) == (house is harbour) for b in answer["items"])


def test_the_word_of_an_organisation_cannot_be_typed(
    north: House, harbour: House, shelve: Shelve
) -> None:
    """In the index the organisation is a word; a person cannot ask for it, or out of it."""
    shelve(north, DUNE)
    shelve(harbour, ROAD)
    for number in (north.tenant.id, harbour.tenant.id):
        for typed in (
            f"t{number}", f"@{number}", f"'@{number}'", f"partition:t{number}", f"-t{number} dune",
            f'dune" OR partition:"t{number}', f"dune | '@{number}'", f"dune) OR (t{number}",
        ):  # fmt: skip
            found = titles(north.api("librarian"), q=typed)
            assert found in ([], ["Dune"])
    assert titles(north.api("librarian"), q=f"-t{harbour.tenant.id} dune") == ["Dune"]


def test_a_search_costs_the_same_however_much_it_finds(
    north: House, shelve: Shelve, statements: Any
) -> None:
    api = north.api("librarian")

    def cost(path: str) -> int:
        with statements() as seen:
            assert api.get(path).status_code == 200
        return len(seen)

    (bib_id,) = shelve(north, DUNE)
    cost("/api/v1/bibs")  # the organisation's host is looked up once
    few = cost("/api/v1/bibs?q=dune"), cost("/api/v1/bibs?q=dune&facets=false")
    shelve(north, *[{**ROAD, "title": f"Dune {number}"} for number in range(30)])
    assert (cost("/api/v1/bibs?q=dune"), cost("/api/v1/bibs?q=dune&facets=false")) == few
    assert few == (3, 3)  # who asks, the page, and the facets or the number
    assert cost(f"/api/v1/bibs/{bib_id}") == 2


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    typed=st.text(max_size=60)
    | st.text("\"'*()-:&|!<>@^\\{}dune ", max_size=30)
    | st.sampled_from(["NEAR(a b)", "a AND", "OR", "NOT x", "title:dune", "'; DROP TABLE bibs --"]),
    field=st.sampled_from(["q", "author", "title", "subject", "heading"]),
    sort=st.sampled_from(["relevance", "title", "-title", "year", "-year"]),
)
def test_no_text_is_an_error(north: House, typed: str, field: str, sort: Sort) -> None:
    criteria = replace(Criteria(), **{field: typed})  # type: ignore[arg-type] # all are texts
    with north.work("patron"):
        found = queries.find(criteria, sort=sort, page=1, per_page=20)
    assert found.page.total >= 0


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(sort=st.sampled_from(["relevance", "title", "-title", "year", "-year"]), q=st.booleans())
def test_pages_hold_every_title_once_in_an_order_that_stays(
    twins: House, sort: Sort, *, q: bool
) -> None:
    def pages(per_page: int) -> list[Any]:
        with twins.work("patron"):
            return [
                found.bib.id
                for page in range(1, 12 // per_page + 2)
                for found in queries.find(
                    Criteria(q="twin" if q else ""), sort=sort, page=page, per_page=per_page
                ).page.items
            ]

    whole = pages(12)
    assert len(set(whole)) == len(whole) == 12
    assert pages(1) == pages(5) == whole


@pytest.fixture
def twins(north: House, shelve: Shelve) -> House:
    """Titles that no key but the id tells apart."""
    shelve(north, *[{"title": "Twin", "year": 2000} for _ in range(12)])
    return north


ASKED = "CAST(:asked AS tsquery)"
TIERS = "(CAST('{}' AS tsquery[]))"


@pytest.mark.postgresql
def test_postgresql_finds_organisation_and_words_in_one_index_condition(
    north: House, shelve: Shelve, database: TestDatabase
) -> None:
    shelve(north, *SHELF)
    engine = sa.create_engine(database.owner_url)
    with engine.begin() as owner:
        owner.execute(
            sa.text("SELECT set_config('app.tenant', :id, true)"), {"id": str(north.tenant.id)}
        )
        body = owner.scalar(sa.text("SELECT prosrc FROM pg_proc WHERE proname = 'bib_search_hits'"))
        owner.execute(sa.text("SET LOCAL enable_seqscan = off"))  # five rows need no index
        plan = owner.scalars(
            sa.text("EXPLAIN " + str(body).replace("asked", ASKED).replace("tiers", TIERS)),
            {"asked": "'dune'"},
        ).all()
    engine.dispose()
    told = "\n".join(plan)
    assert "Index Scan on ix_bib_search_words" in told
    assert "Index Cond: (words @@ $" in told  # the words and, among them, the organisation
    assert "current_setting('app.tenant'" in str(body)
    assert "pk_bib_search" not in told


@pytest.mark.postgresql
def test_the_app_cannot_read_the_index_but_through_its_function(
    north: House, shelve: Shelve
) -> None:
    shelve(north, DUNE)
    engine = sa.create_engine(north.app.settings.database)
    for statement in (
        "SELECT * FROM bib_search",
        "DELETE FROM bib_search",
        "UPDATE bib_search SET tenant_id = 1",
    ):
        with (
            engine.connect() as connection,
            pytest.raises(sa.exc.ProgrammingError, match="permission denied"),
        ):
            connection.execute(sa.text(statement))
    asked = sa.text("SELECT count(*) FROM bib_search_hits('!nothing', '{}')")
    with engine.connect() as connection:
        assert connection.scalar(asked) == 0
    engine.dispose()
