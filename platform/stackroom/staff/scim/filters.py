"""SCIM's filters (RFC 7644 §3.4.2.2) as conditions of SQL, for the attributes that directories look
people and groups up by; any other is refused, for half an answer would be taken for a whole one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from scim2_models import InvalidFilterException, ScimFilter
from scim2_models.path import Comparison, FilterVisitor, LogicalExpr, Not, Present, ValuePath
from scim2_models.path.expressions import LogicalOperator

from stackroom.staff.models import Account
from stackroom.staff.scim.models import DirectoryGroup, DirectoryMember, DirectoryUser

Condition = sa.ColumnElement[bool]
Compare = Callable[[str, Any], Condition]


def _contains(column: Any, text: str) -> Condition:
    found: Condition = column.contains(text, autoescape=True)
    return found


def _text(column: Any, fold: Callable[[str], str] = str.lower) -> Compare:
    def compare(op: str, value: Any) -> Condition:
        text = fold(str(value))
        made: dict[str, Callable[[], Any]] = {
            "eq": lambda: column == text,
            "ne": lambda: sa.or_(column != text, column.is_(None)),
            "co": lambda: _contains(column, text),
            "sw": lambda: column.startswith(text, autoescape=True),
            "ew": lambda: column.endswith(text, autoescape=True),
        }
        return _one(made, op)

    return compare


def _lines(column: Any) -> Compare:
    """One of several values, each on a line between line breaks."""

    def compare(op: str, value: Any) -> Condition:
        text = str(value).lower()
        made: dict[str, Callable[[], Any]] = {
            "eq": lambda: _contains(column, f"\n{text}\n"),
            "co": lambda: _contains(column, text),
            "sw": lambda: _contains(column, f"\n{text}"),
            "ew": lambda: _contains(column, f"{text}\n"),
        }
        return _one(made, op)

    return compare


def _flag(column: Any) -> Compare:
    def compare(op: str, value: Any) -> Condition:
        wanted = str(value).lower() == "true"  # some send a string
        made: dict[str, Callable[[], Any]] = {
            "eq": lambda: column.is_(wanted),
            "ne": lambda: column.is_not(wanted),
        }
        return _one(made, op)

    return compare


def _id(column: Any) -> Compare:
    def compare(op: str, value: Any) -> Condition:
        return _one({"eq": lambda: column == as_id(value)}, op)

    return compare


def _member(op: str, value: Any) -> Condition:
    inside = sa.select(DirectoryMember.group_id).where(DirectoryMember.user_id == as_id(value))
    return _one({"eq": lambda: DirectoryGroup.id.in_(inside)}, op)


def _one(made: Mapping[str, Callable[[], Any]], op: str) -> Condition:
    if op not in made:
        raise InvalidFilterException(detail=f"“{op}” is not supported here; use {', '.join(made)}.")
    found: Condition = made[op]()
    return found


def _storable(value: Any) -> Any:
    """No database is asked for what none can hold: NUL, or half a character."""
    text = str(value)
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise InvalidFilterException(detail="The value holds characters that no text has.")
    return value


def as_id(value: Any) -> UUID:
    """What is no id of ours is nobody's."""
    try:
        return UUID(str(value))
    except ValueError:
        return UUID(int=0)


def _exact(text: str) -> str:
    return text


USERS: dict[str, tuple[Compare, Any]] = {
    "id": (_id(DirectoryUser.id), DirectoryUser.id),
    "username": (_text(DirectoryUser.user_key), DirectoryUser.user_key),
    "externalid": (_text(DirectoryUser.external_id, _exact), DirectoryUser.external_id),
    "displayname": (_text(DirectoryUser.display_key), DirectoryUser.display_key),
    "emails": (_lines(DirectoryUser.email_keys), DirectoryUser.email_keys),
    "emails.value": (_lines(DirectoryUser.email_keys), DirectoryUser.email_keys),
    "active": (_flag(Account.active), Account.active),
}
GROUPS: dict[str, tuple[Compare, Any]] = {
    "id": (_id(DirectoryGroup.id), DirectoryGroup.id),
    "externalid": (_text(DirectoryGroup.external_id, _exact), DirectoryGroup.external_id),
    "displayname": (_text(DirectoryGroup.display_key), DirectoryGroup.display_key),
    "members": (_member, None),
    "members.value": (_member, None),
}


@dataclass(frozen=True, slots=True)
class _Sql(FilterVisitor[Condition]):
    known: Mapping[str, tuple[Compare, Any]]

    def _attribute(self, path: Any) -> tuple[Compare, Any]:
        name = f"{path.attr}.{path.sub_attr}" if path.sub_attr else path.attr
        if name.lower() not in self.known:
            raise InvalidFilterException(detail=f"Nothing can be looked up by “{name}” here.")
        return self.known[name.lower()]

    def visit_comparison(self, node: Comparison) -> Condition:
        compare, _ = self._attribute(node.attr_path)
        return compare(node.op.value, _storable(node.value))

    def visit_present(self, node: Present) -> Condition:
        _, column = self._attribute(node.attr_path)
        if column is None:
            raise InvalidFilterException(detail="“pr” is not supported here.")
        present: Condition = sa.and_(column.is_not(None), sa.cast(column, sa.Text) != "")
        return present

    def visit_not(self, node: Not) -> Condition:
        return sa.not_(self.visit(node.expr))

    def visit_logical_expr(self, node: LogicalExpr) -> Condition:
        join = sa.and_ if node.op == LogicalOperator.and_ else sa.or_
        return join(*(self.visit(term) for term in node.terms))

    def visit_value_path(self, node: ValuePath) -> Condition:
        raise InvalidFilterException(detail="Nothing can be looked up by a part of a value here.")


def condition(
    wanted: ScimFilter[Any] | None, known: Mapping[str, tuple[Compare, Any]]
) -> Condition:
    """Raises InvalidFilterException."""
    return sa.true() if wanted is None else _Sql(known).visit(wanted.ast)
