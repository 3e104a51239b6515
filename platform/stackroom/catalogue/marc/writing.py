"""Records as other systems take them: ISO 2709 in UTF-8, and MARCXML."""

from xml.etree import ElementTree as ET

from pymarc import Field, Record

from stackroom.catalogue.marc.errors import RecordTooLarge, UnwritableRecord
from stackroom.catalogue.marc.records import LEADER_LENGTH, UNSTORABLE, is_tag

MARCXML_NAMESPACE = "http://www.loc.gov/MARC21/slim"

_MAX_FIELD_BYTES = 9_999
_MAX_RECORD_BYTES = 99_999


def to_iso2709(record: Record) -> bytes:
    """Serialise for a .mrc file; lengths and leader/09 are computed.

    Raises RecordTooLarge where the format's digits do not suffice (MARCXML has no such limit),
    UnwritableRecord where text holds control characters.
    """
    directory = bytearray()
    data = bytearray()
    for field in record.fields:
        content = _field_bytes(field)
        if len(content) > _MAX_FIELD_BYTES:
            raise RecordTooLarge(
                f"Field {field.tag} has {len(content)} bytes; ISO 2709 allows {_MAX_FIELD_BYTES}."
                " Export as MARCXML."
            )
        directory += f"{field.tag}{len(content):04d}{len(data):05d}".encode()
        data += content
    base = LEADER_LENGTH + len(directory) + 1
    length = base + len(data) + 1
    if length > _MAX_RECORD_BYTES:
        raise RecordTooLarge(
            f"The record has {length} bytes; ISO 2709 allows {_MAX_RECORD_BYTES}."
            " Export as MARCXML."
        )
    leader = str(record.leader)
    head = f"{length:05d}{leader[5:9]}a22{base:05d}{leader[17:20]}4500".encode("ascii")
    return b"".join([head, directory, b"\x1e", data, b"\x1d"])


def _field_bytes(field: Field) -> bytes:
    _refuse_unwritable(field)
    return field.as_marc("utf-8")


def _refuse_unwritable(field: Field) -> None:
    if not is_tag(field.tag):
        raise UnwritableRecord(f"Tag {field.tag!r} is not three letters or digits.")
    texts = [field.data or ""]
    if not field.control_field:
        texts = [part for subfield in field.subfields for part in subfield]
        texts += [field.indicator1, field.indicator2]
    if any(map(UNSTORABLE.search, texts)):
        raise UnwritableRecord(f"Field {field.tag} holds a control character; remove it.")


def to_marcxml(record: Record) -> bytes:
    """Serialise as one namespaced <record> in UTF-8, fit to stand alone or in a <collection>.

    Raises UnwritableRecord where text holds control characters.
    """
    root = ET.Element("record", xmlns=MARCXML_NAMESPACE)
    ET.SubElement(root, "leader").text = str(record.leader)
    for field in record.fields:
        _refuse_unwritable(field)
        if field.control_field:
            ET.SubElement(root, "controlfield", {"tag": field.tag}).text = field.data
        else:
            _add_data_field(root, field)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _add_data_field(root: ET.Element, field: Field) -> None:
    attributes = {"tag": field.tag, "ind1": field.indicator1, "ind2": field.indicator2}
    element = ET.SubElement(root, "datafield", attributes)
    for code, value in field.subfields:
        ET.SubElement(element, "subfield", code=code).text = value
