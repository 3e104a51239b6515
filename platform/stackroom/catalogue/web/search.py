"""Searching the catalogue; without signing in where `public_catalogue` is on."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import render_template, request, url_for

from stackroom.catalogue import permissions as may
from stackroom.catalogue import queries
from stackroom.catalogue.queries import Facets, FacetValue
from stackroom.catalogue.reading import criteria
from stackroom.catalogue.schemas import BibQuery
from stackroom.catalogue.web.blueprint import web
from stackroom.core.permissions import requires

SORTS = {
    "relevance": "Best match",
    "title": "Title",
    "-title": "Title, from Z",
    "year": "Oldest first",
    "-year": "Newest first",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A facet value as a link: to narrow the search by it, or to widen the search again."""

    label: str
    count: int
    href: str
    selected: bool


@web.get("/catalogue")
@requires(may.BIBS_READ, public_flag="public_catalogue")
def search() -> str:
    asked = {name: value for name, value in request.args.items() if value}
    query = BibQuery.model_validate(asked)
    result = queries.find(
        criteria(query), sort=query.sort, page=query.page, per_page=query.per_page
    )
    return render_template(
        "catalogue/search.html",
        query=query,
        asked=asked,
        result=result,
        sorts=SORTS.items(),
        facets=_choices(asked, result.facets) if result.facets else [],
        narrowed=bool(asked.keys() - {"q", "sort", "page", "per_page"}),
        page_url=partial(_page_url, asked),
    )


def _choices(asked: dict[str, str], facets: Facets) -> list[tuple[str, list[Choice]]]:
    availability = [found for found in facets.available if found.value == "true"]
    groups: list[tuple[str, str, list[FacetValue]]] = [
        ("Availability", "available", availability),
        ("Subject", "heading", facets.subject),
        ("Language", "language", facets.language),
        ("Kind", "material", facets.material),
    ]
    shown = [
        (title, [_choice(asked, name, found) for found in values]) for title, name, values in groups
    ]
    return [*shown, ("Decade", [_decade(asked, found) for found in facets.decade])]


def _choice(asked: dict[str, str], name: str, found: FacetValue) -> Choice:
    label = "On the shelf now" if name == "available" else found.value
    if name == "material":
        label = found.value.capitalize()
    return _toggle(asked, label, found.count, {name: found.value})


def _decade(asked: dict[str, str], found: FacetValue) -> Choice:
    first = int(found.value)
    years = {"year_from": str(max(first, 1)), "year_to": str(first + 9)}
    return _toggle(asked, f"{first}–{first + 9}", found.count, years)


def _toggle(asked: dict[str, str], label: str, count: int, wanted: dict[str, str]) -> Choice:
    selected = wanted.items() <= asked.items()
    others = {name: value for name, value in asked.items() if name not in {*wanted, "page"}}
    return Choice(label, count, _url(others if selected else others | wanted), selected)


def _page_url(asked: dict[str, str], number: int) -> str:
    return _url(asked | {"page": str(number)})


def _url(arguments: dict[str, Any]) -> str:
    return url_for("catalogue.search", **arguments)
