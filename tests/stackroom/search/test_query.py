"""What is typed into a search box, and what the engines are told."""

import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stackroom.search.query import Term, fts5, parse, phrase, tsquery, tsvector

COLUMNS = {"": "title rest", "title": "title"}
WEIGHTS = {"": "", "title": "A"}


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("dune Herbert", [Term(("dune",)), Term(("herbert",))]),
        ('"sand worms" dune', [Term(("sand", "worms")), Term(("dune",))]),
        ("«sand worms»", [Term(("sand", "worms"))]),
        ("dune -film", [Term(("dune",)), Term(("film",), negated=True)]),
        ('-"the film"', [Term(("the", "film"), negated=True)]),
        ("librar*", [Term(("librar",), open=True)]),
        ('"harry pot"*', [Term(("harry", "pot"), open=True)]),
        ("O'Brien", [Term(("o", "brien"))]),
        ("a*", [Term(("a",))]),
        ('"never closed', [Term(("never", "closed"))]),
        ('- "" * () -- ;', []),
    ],
)
def test_words_phrases_without_and_beginnings(typed: str, terms: list[Term]) -> None:
    assert parse(typed) == terms


def test_a_whole_text_as_a_phrase() -> None:
    assert phrase("Cats--Fiction", "title") == [Term(("cats", "fiction"), "title")]


def test_what_sqlite_is_told() -> None:
    terms = [*parse('dune "sand worms" librar* -film'), *parse("x", "title")]
    assert fts5(terms, "t7", COLUMNS) == (
        '({partition} : "t7" AND {title rest} : "dune" AND {title rest} : "sand worms"'
        ' AND {title rest} : "librar" * AND {title} : "x") NOT ({title rest} : "film")'
    )


def test_what_postgresql_is_told() -> None:
    terms = [*parse('dune "sand worms" librar* -film'), *parse("har* po*", "title")]
    assert tsquery(terms, WEIGHTS) == (
        "('dune') & ('sand' <-> 'worms') & ('librar':*) & !('film') & ('har':*A) & ('po':*A)"
    )


def test_a_phrase_does_not_reach_from_one_field_into_the_next() -> None:
    assert (
        tsvector([("A", ["sand"]), ("B", ["worms", "worms"])]) == "'sand':1A 'worms':3B 'worms':4B"
    )


@settings(deadline=None)  # the machine may be busy
@given(st.text(max_size=80))
def test_sqlite_takes_whatever_is_typed(typed: str) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute(
        "CREATE VIRTUAL TABLE fts USING fts5(partition, title, rest, tokenize = 'ascii')"
    )
    expression = fts5(parse(typed), "t7", COLUMNS)
    assert connection.execute("SELECT * FROM fts WHERE fts MATCH ?", [expression]).fetchall() == []
    connection.close()
