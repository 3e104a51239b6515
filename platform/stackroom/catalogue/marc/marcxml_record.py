"""One MARCXML record, built from the elements inside <record>."""

from collections.abc import Mapping

from pymarc import Field, Indicators, Record, Subfield

from stackroom.catalogue.marc.encoding import mend_text
from stackroom.catalogue.marc.errors import RecordRefused
from stackroom.catalogue.marc.outcomes import ReadWarning, RejectCode, WarningCode
from stackroom.catalogue.marc.records import (
    clean,
    is_control_tag,
    is_tag,
    leader_of,
    make_record,
    refuse_other_records,
    refuse_unimarc,
    unimarc_refused,
)


class RecordBuilder:
    """Takes elements as the parser meets them; the first fault decides, `finish` tells it."""

    def __init__(self, attributes: Mapping[str, str]) -> None:
        self.warnings: list[ReadWarning] = []
        self.is_empty = True
        self._is_unimarc = "unimarc" in attributes.get("format", "").lower()
        self._refusal: RecordRefused | None = None
        self._leader = ""
        self._fields: list[Field] = []
        self._tag = ""
        self._indicators = Indicators(" ", " ")
        # None outside a datafield
        self._subfields: list[Subfield] | None = None
        self._code = ""
        # None outside a leader, controlfield or subfield
        self._text: list[str] | None = None

    def refuse(self, code: RejectCode, message: str) -> None:
        """Keep only this verdict: the rest of the record takes no more memory."""
        if not self._refusal:
            self._refusal = RecordRefused(code, message)
        self._fields.clear()
        self._text = self._subfields = None

    def start(self, element: str, attributes: Mapping[str, str]) -> None:
        if self._refusal:
            return
        self.is_empty = self.is_empty and element not in {"leader", "controlfield", "datafield"}
        match element:
            case "leader":
                self._text = []
            case "controlfield":
                self._tag = self._tag_of(attributes)
                self._text = []
            case "datafield":
                self._tag = self._tag_of(attributes)
                self._indicators = self._indicators_of(attributes)
                self._subfields = []
            case "subfield":
                self._start_subfield(attributes.get("code", ""))
            case _:
                self._refuse_field(f"<{element}> is no part of a MARC record.")

    def characters(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)
        elif text.strip() and not self._refusal:
            self._refuse_field(f"{text.strip()[:40]!r} stands outside of any field.")

    def end(self, element: str) -> None:
        if self._refusal:
            return
        text = "".join(self._text or ())
        if element == "leader":
            self._leader = text.strip("\t\r\n")
        elif element == "controlfield":
            self._fields.append(self._control_field(text))
        elif element == "datafield":
            self._fields.append(self._data_field())
            self._subfields = None
        elif self._subfields is not None:
            self._end_subfield(text)
        self._text = None

    def finish(self) -> Record:
        """Return the record, or raise RecordRefused."""
        if self._refusal:
            raise self._refusal
        if self._is_unimarc:
            raise unimarc_refused()
        if not self._fields:
            raise RecordRefused(RejectCode.RECORD_EMPTY, "The record has no fields.")
        coded = next((field for field in self._fields if field.tag == "100"), None)
        if coded:
            refuse_unimarc([field.tag for field in self._fields], coded.get("a", ""))
        record = make_record(leader_of(self._leader, self.warnings), self._fields)
        refuse_other_records(record)
        return record

    def _refuse_field(self, message: str) -> None:
        where = f"Field {self._tag}: " if self._tag else ""
        self.refuse(RejectCode.FIELD_INVALID, where + message)

    def _warn(self, code: WarningCode, message: str) -> None:
        self.warnings.append(ReadWarning(code, message))

    def _tag_of(self, attributes: Mapping[str, str]) -> str:
        tag = attributes.get("tag", "")
        if 0 < len(tag) < 3 and tag.isdigit():
            self._warn(WarningCode.TAG_REPAIRED, f"Tag {tag!r} was read as {tag.zfill(3)}.")
            return tag.zfill(3)
        if not is_tag(tag):
            self._refuse_field(
                f"the next field's tag is {tag!r}; three letters or digits belong there."
            )
        return tag

    def _indicators_of(self, attributes: Mapping[str, str]) -> Indicators:
        given = (attributes.get("ind1", ""), attributes.get("ind2", ""))
        if len(given[0]) != 1 or len(given[1]) != 1:
            message = f"Field {self._tag}: {given} stand where two indicators belong."
            self._warn(WarningCode.INDICATORS_WRONG, message)
        return Indicators(given[0][:1] or " ", given[1][:1] or " ")

    def _start_subfield(self, code: str) -> None:
        if self._subfields is None:
            self._refuse_field("a subfield stands outside of any field.")
        elif len(code) != 1:
            self._refuse_field("a subfield has no code of one character.")
        else:
            self._code, self._text = code, []

    def _end_subfield(self, text: str) -> None:
        assert self._subfields is not None
        try:
            self._subfields.append(Subfield(self._code, self._settled(text)))
        except RecordRefused as refusal:
            self.refuse(refusal.code, refusal.message)

    def _settled(self, text: str) -> str:
        where = f"Field {self._tag}"
        return mend_text(where, clean(text, where, self.warnings), self.warnings)

    def _control_field(self, text: str) -> Field:
        if is_control_tag(self._tag):
            return Field(tag=self._tag, data=clean(text, f"Field {self._tag}", self.warnings))
        # Aleph writes FMT and the like so; pymarc would drop the text
        self._warn(WarningCode.FIELD_KIND_WRONG, f"Field {self._tag}: its text was put in $a.")
        return Field(tag=self._tag, subfields=[Subfield("a", self._settled(text))])

    def _data_field(self) -> Field:
        subfields = self._subfields or []
        if not is_control_tag(self._tag):
            return Field(tag=self._tag, indicators=self._indicators, subfields=subfields)
        self._warn(WarningCode.FIELD_KIND_WRONG, f"Field {self._tag}: its subfields were joined.")
        return Field(tag=self._tag, data=" ".join(subfield.value for subfield in subfields))
