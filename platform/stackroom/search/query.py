"""What a person types into a search box, and how the engines want it said.

`dune herbert` both words · `"sand worms"` a phrase · `-film` without · `foundat*` beginnings.
Whatever else is typed means nothing: no text is an error and none reaches an engine unquoted.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from stackroom.search.text import words

SHORTEST_PREFIX = 2
"""Letters; `a*` would walk a large part of the index to say nothing."""

_TERM = re.compile(r'(?P<minus>-)?(?:"(?P<phrase>[^"]*)(?:"|$)(?P<open>\*)?|(?P<word>[^\s"]+))')
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»″＂", '"'))


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand side by side, somewhere or in one `field`; `open`: the last may go on."""

    words: tuple[str, ...]
    field: str = ""
    negated: bool = False
    open: bool = False


def parse(text: str, field: str = "") -> list[Term]:
    """All terms must hold. Empty where the text has no words."""
    found = (_term(match, field) for match in _TERM.finditer(text.translate(_QUOTES)))
    return [term for term in found if term.words]


def phrase(text: str, field: str = "") -> list[Term]:
    """The whole text as one phrase."""
    found = tuple(words(text))
    return [Term(found, field)] if found else []


def _term(match: re.Match[str], field: str) -> Term:
    quoted = match["phrase"]
    text = match["word"] if quoted is None else quoted
    is_open = bool(match["open"]) if quoted is not None else text.endswith("*")
    found = tuple(words(text))
    long_enough = bool(found) and len(found[-1]) >= SHORTEST_PREFIX
    return Term(found, field, bool(match["minus"]), is_open and long_enough)


def fts5(terms: Iterable[Term], partition: str, columns: Mapping[str, str]) -> str:
    """A MATCH expression for SQLite. `partition` is the word of the organisation, in a column of
    its own; `columns` says which columns a field means.

    FTS5 syntax: https://www.sqlite.org/fts5.html#full_text_query_syntax
    """
    wanted, unwanted = [f'{{partition}} : "{partition}"'], list[str]()
    for term in terms:
        said = f'{{{columns[term.field]}}} : "{" ".join(term.words)}"{" *" if term.open else ""}'
        (unwanted if term.negated else wanted).append(said)
    expression = " AND ".join(wanted)
    return f"({expression}) NOT ({' OR '.join(unwanted)})" if unwanted else expression


def tsquery(terms: Iterable[Term], weights: Mapping[str, str]) -> str:
    """The text of a `tsquery` for PostgreSQL; `weights` says which weights a field means."""
    return " & ".join(
        f"{'!' if term.negated else ''}({_lexemes(term, weights[term.field])})" for term in terms
    )


def _lexemes(term: Term, weight: str) -> str:
    *before, last = term.words
    said = [f"'{word}'{f':{weight}' if weight else ''}" for word in before]
    marks = ("*" if term.open else "") + weight
    said.append(f"'{last}'{f':{marks}' if marks else ''}")
    return " <-> ".join(said)


def tsvector(fields: Iterable[tuple[str, Iterable[str]]]) -> str:
    """The text of a `tsvector`: words with position and weight. A gap between fields keeps a
    phrase from reaching over it."""
    parts, position = [], 0
    for weight, found in fields:
        for word in found:
            position += 1
            parts.append(f"'{word}':{min(position, 16383)}{weight}")
        position += 1
    return " ".join(parts)
