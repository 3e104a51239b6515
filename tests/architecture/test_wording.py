"""Every versioned model says how people read it, and every event reads after somebody's name."""

import re
from typing import Any

import pytest
import sqlalchemy as sa

from stackroom.audit import wording
from stackroom.audit.diffs import BOOKKEEPING, refers_to
from stackroom.audit.events import EVENTS
from stackroom.audit.sentences import whole_of
from stackroom.audit.versioning import models_by_kind, subject_type, versioned_models
from stackroom.core.features import registry
from stackroom.core.http import Stackroom

STORED = re.compile(r".+_(at|on|minor|keys?|claim|hash)")
"""Names that say how something is stored."""
PAST = {
    "brought", "came", "chose", "could", "found", "had", "left", "lent", "let", "made", "sent",
    "set", "shut", "took", "was", "gave", "put", "undid", "read", "saw", "told", "withdrew",
    "kept", "held", "threw", "wrote", "began", "drew", "overrode",
}  # fmt: skip
WITHOUT_PAGE = {
    "circulation_rule": "rules have no page yet",
    "item_type": "item types have no page yet",
    "library": "libraries have no page yet",
    "loan_policy": "loan policies have no page yet",
    "patron_category": "categories have no page yet",
}
every_model = pytest.mark.parametrize("model", versioned_models(), ids=lambda it: it.__name__)


@every_model
def test_each_kind_of_record_has_a_word(model: type[Any]) -> None:
    assert re.fullmatch(r"[a-z][a-z -]+", model.__called__), "say __called__"


@every_model
def test_what_is_said_of_columns_is_said_of_columns_that_are_there(model: type[Any]) -> None:
    said = {*model.__labels__, *model.__words__, *model.__money__, *model.__drawn__}
    assert said <= set(model.__table__.c.keys())


@every_model
def test_a_part_belongs_to_a_versioned_record(model: type[Any]) -> None:
    assert not model.__part_of__ or whole_of(subject_type(model)) in models_by_kind()


@every_model
def test_each_column_has_a_name_in_plain_words(model: type[Any]) -> None:
    for column in _told(model):
        label = wording.label(model, column.name)
        assert re.fullmatch(r"[\w’,() -]+", label), column.name
        assert "_" not in label, column.name
        if _reads_badly(column):
            assert column.name in model.__labels__, f"{column.name}: say its __labels__"


@every_model
def test_each_value_of_a_closed_set_is_told_in_words(model: type[Any]) -> None:
    for column in _told(model):
        for value in getattr(column.type, "enum_class", None) or ():
            assert re.fullmatch(r"[a-z0-9 ]+", wording.worded(model, column, value)), column.name


@every_model
def test_each_kind_has_a_page_or_says_why_not(app: Stackroom, model: type[Any]) -> None:
    kind = subject_type(model)
    found = {kind, whole_of(kind)} if model.__part_of__ else {kind}
    pages = {known for feature in registry.features for known in feature.pages}
    assert found & pages or found & WITHOUT_PAGE.keys()


@pytest.mark.parametrize("action", sorted(EVENTS))
def test_each_event_reads_after_a_name(action: str) -> None:
    event = EVENTS[action]
    told = event.tell("Emma", dict.fromkeys(event.fields, 2))
    first = told.split()[0]
    assert first.endswith("ed") or first in PAST, told
    assert re.fullmatch(r"[a-z][^_{}]*[^.\s]", told), told
    assert "  " not in told


def _told(model: type[Any]) -> list[sa.Column[Any]]:
    untold = BOOKKEEPING.union(model.__versioned__.get("exclude", ()))
    return [column for column in model.__table__.columns if column.name not in untold]


def _reads_badly(column: sa.Column[Any]) -> bool:
    is_flag = isinstance(column.type, sa.Boolean)
    is_number = column.name.endswith("_id") and not refers_to(column)
    return is_flag or is_number or bool(STORED.fullmatch(column.name))
