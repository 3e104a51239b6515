"""MARC-in-JSON, in and out, without loss: how records rest in the database and leave the API.

The format: https://rossfsinger.com/blog/2010/09/a-proposal-to-serialize-marc-in-json/
"""

from collections.abc import Mapping
from typing import Any

from pymarc import Field, Indicators, Leader, Record, Subfield

from stackroom.catalogue.marc.errors import InvalidMarcJson
from stackroom.catalogue.marc.records import (
    LEADER_LENGTH,
    UNSTORABLE,
    is_control_tag,
    is_tag,
)

MarcJson = dict[str, Any]
"""{"leader": str, "fields": [{tag: str} or {tag: {"ind1", "ind2", "subfields": [{code: str}]}}]}"""


def to_json(record: Record) -> MarcJson:
    return {"leader": str(record.leader), "fields": [_field_out(field) for field in record.fields]}


def _field_out(field: Field) -> MarcJson:
    if field.control_field:
        return {field.tag: field.data}
    # control fields aside, pymarc fills the indicators of every field
    first, second = field.indicators or ("", "")
    subfields = [{code: value} for code, value in field.subfields]
    return {field.tag: {"ind1": first, "ind2": second, "subfields": subfields}}


def from_json(document: Mapping[str, Any]) -> Record:
    """Build the record of a document that anyone may have written.

    Raises InvalidMarcJson, naming the place ("fields[3].245.subfields[0]") and the remedy.
    """
    leader = document.get("leader")
    if not isinstance(leader, str) or len(leader) != LEADER_LENGTH or UNSTORABLE.search(leader):
        raise InvalidMarcJson(f"leader: write {LEADER_LENGTH} characters.")
    fields = document.get("fields")
    if not isinstance(fields, list):
        raise InvalidMarcJson("fields: write a list of fields.")
    record = Record(fields=[_field_in(f"fields[{n}]", field) for n, field in enumerate(fields)])
    # assigned, because the constructor overwrites positions 10-11 and 20-23
    record.leader = Leader(leader)
    return record


def _field_in(where: str, field: object) -> Field:
    tag, content = _only_pair(where, field)
    where = f"{where}.{tag}"
    if not is_tag(tag):
        raise InvalidMarcJson(f"{where}: a tag is three letters or digits.")
    if is_control_tag(tag):
        return Field(tag=tag, data=_text(where, content))
    if not isinstance(content, dict) or not isinstance(content.get("subfields"), list):
        raise InvalidMarcJson(f"{where}: write ind1, ind2 and a list of subfields.")
    subfields = [
        _subfield(f"{where}.subfields[{n}]", subfield)
        for n, subfield in enumerate(content["subfields"])
    ]
    indicators = Indicators(_indicator(where, content, "ind1"), _indicator(where, content, "ind2"))
    return Field(tag=tag, indicators=indicators, subfields=subfields)


def _indicator(where: str, content: Mapping[str, object], name: str) -> str:
    value = _text(f"{where}.{name}", content.get(name, " "))
    if len(value) != 1:
        raise InvalidMarcJson(f"{where}.{name}: an indicator is one character, a blank if unset.")
    return value


def _subfield(where: str, subfield: object) -> Subfield:
    code, value = _only_pair(where, subfield)
    if len(code) != 1 or UNSTORABLE.search(code):
        raise InvalidMarcJson(f"{where}: a subfield code is one character.")
    return Subfield(code, _text(where, value))


def _only_pair(where: str, mapping: object) -> tuple[str, object]:
    if not isinstance(mapping, dict) or len(mapping) != 1:
        raise InvalidMarcJson(f"{where}: write one name and its value.")
    ((name, value),) = mapping.items()
    if not isinstance(name, str):
        raise InvalidMarcJson(f"{where}: a name is text.")
    return name, value


def _text(where: str, value: object) -> str:
    if not isinstance(value, str):
        raise InvalidMarcJson(f"{where}: write text.")
    if UNSTORABLE.search(value):
        raise InvalidMarcJson(f"{where}: remove the control character.")
    return value
