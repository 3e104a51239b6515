"""Titles by the thousand, made up of words that come as often as words of a language do."""

from collections.abc import Iterator
from itertools import accumulate
from random import Random
from types import SimpleNamespace

from uuid_utils.compat import uuid7

from stackroom.catalogue.index import index
from stackroom.core.database import transaction
from tenants.orm import Base
from tenants.wall import AUDITED

CHUNK = 2_000
VOCABULARY = 20_000
WORDS_OF_A_TITLE = 14
FREQUENCIES = list(accumulate(1 / (rank + 5) for rank in range(VOCABULARY)))
"""Zipf's law, a little flattened at the top."""
BIBS = Base.metadata.tables["bibs"]
Row = dict[str, object]


def word(rank: int) -> str:
    return f"w{rank}w"


def add(tenant_id: int, chance: Random, number: int) -> None:
    """To the open organisation, and to its search index; without history."""
    for rows in _chunks(tenant_id, chance, number):
        with transaction() as session:
            session.connection().execute(BIBS.insert(), rows, execution_options=AUDITED)
            index(SimpleNamespace(**row) for row in rows)


def _chunks(tenant_id: int, chance: Random, number: int) -> Iterator[list[Row]]:
    for begin in range(0, number, CHUNK):
        yield [_bib(tenant_id, chance) for _ in range(min(CHUNK, number - begin))]


def _bib(tenant_id: int, chance: Random) -> Row:
    ranks = chance.choices(range(VOCABULARY), cum_weights=FREQUENCIES, k=WORDS_OF_A_TITLE)
    words = [word(rank) for rank in ranks]
    title = " ".join(words[:5])
    return {
        "id": uuid7(), "tenant_id": tenant_id, "revision": 1, "title": title,
        "title_alternate": "", "sort_title": title, "author": " ".join(words[5:7]),
        "contributors": [], "isbns": [], "issns": [], "subjects": [" ".join(words[7:9]), words[9]],
        "language": chance.choice(("eng", "fre", "ger")), "year": chance.randint(1950, 2025),
        "publisher": " ".join(words[10:12]), "edition": "", "series": " ".join(words[12:]),
        "material": "book", "control_number": None, "control_source": "", "suppressed": False,
        "marc": {"leader": "", "fields": []},
    }  # fmt: skip
