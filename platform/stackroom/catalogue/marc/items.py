"""Copies that other systems write into the bibliographic record, each in its own field.

852 and 876: MARC 21 Format for Holdings Data (https://www.loc.gov/marc/holdings/); 949 and 999:
SirsiDynix Unicorn and Symphony; 952: Koha.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from pymarc import Field, Record


class ItemMapping(StrEnum):
    """The field that the sending system keeps its items in."""

    HOLDINGS_852 = "852"
    HOLDINGS_876 = "876"
    SIRSI_949 = "949"
    KOHA_952 = "952"
    SIRSI_999 = "999"


@dataclass(frozen=True, slots=True)
class ItemFields:
    """One copy as its record tells it; `price` is as written there, with or without currency."""

    barcode: str
    call_number: str | None
    library: str | None
    location: str | None
    item_type: str | None
    copy: str | None
    volume: str | None
    price: str | None


class _Codes(NamedTuple):
    """Where to look; of several subfields the first present counts, a call number joins them."""

    barcode: str
    call_number: str
    library: str
    location: str
    item_type: str
    copy: str
    volume: str
    price: str


_SIRSI = _Codes("i", "a", "m", "l", "t", "c", "v", "p")
_CODES = {
    ItemMapping.HOLDINGS_852: _Codes("p", "khijlm", "ba", "c", "", "t", "3", ""),
    ItemMapping.HOLDINGS_876: _Codes("p", "", "", "l", "", "t", "3", "c"),
    ItemMapping.SIRSI_949: _SIRSI,
    ItemMapping.KOHA_952: _Codes("p", "o", "ab", "c", "y", "t", "h", "gv"),
    ItemMapping.SIRSI_999: _SIRSI,
}


def items(record: Record, mapping: ItemMapping) -> Iterator[ItemFields]:
    """Yield the copies in the record's order. A field without a barcode describes no copy."""
    holdings = _Holdings(record) if mapping is ItemMapping.HOLDINGS_876 else None
    for field in record.get_fields(mapping.value):
        item = _item(field, _CODES[mapping])
        if item.barcode:
            yield holdings.complete(item, field) if holdings else item


def _item(field: Field, codes: _Codes) -> ItemFields:
    return ItemFields(
        barcode=_value(field, codes.barcode) or "",
        call_number=_call_number(field, codes.call_number),
        library=_value(field, codes.library),
        location=_value(field, codes.location),
        item_type=_value(field, codes.item_type),
        copy=_value(field, codes.copy),
        volume=_value(field, codes.volume),
        price=_value(field, codes.price),
    )


def _value(field: Field, codes: str) -> str | None:
    return next((text for code in codes if (text := field.get(code, "").strip())), None)


def _call_number(field: Field, codes: str) -> str | None:
    parts = (value.strip() for code, value in field.subfields if code in codes)
    return " ".join(filter(None, parts)) or None


class _Holdings:
    """The 852 fields, which hold what an 876 leaves out: library, shelf and call number."""

    def __init__(self, record: Record) -> None:
        codes = _CODES[ItemMapping.HOLDINGS_852]
        fields = [field for field in record.get_fields("852") if "p" not in field]
        self._by_id = {field.get("8", ""): _item(field, codes) for field in fields}
        self._only = _item(fields[0], codes) if len(fields) == 1 else None

    def complete(self, item: ItemFields, field: Field) -> ItemFields:
        """Alma repeats the 852's $8 in the 876's $0; the standard links both by $8."""
        link = field.get("0") or field.get("8", "")
        holding = self._by_id.get(link, self._only)
        if not holding:
            return item
        return replace(
            item,
            call_number=holding.call_number,
            library=holding.library,
            location=item.location or holding.location,
        )
