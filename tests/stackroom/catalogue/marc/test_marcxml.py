from collections.abc import Callable

import pytest

from stackroom.catalogue.marc import (
    NotMarc,
    Outcome,
    Parsed,
    RejectCode,
    Rejected,
    UnsafeXml,
    WarningCode,
    extract,
    to_json,
)

Read = Callable[..., list[Outcome]]
ReadOne = Callable[..., Parsed]
RejectOne = Callable[..., Rejected]

LEADER = "<leader>00000nam a2200000 i 4500</leader>"
TITLE = '<datafield tag="245" ind1="1" ind2="0"><subfield code="a">A title</subfield></datafield>'
RECORD = f"<record>{LEADER}{TITLE}</record>"
SLIM = 'xmlns="http://www.loc.gov/MARC21/slim"'
SLIM_RECORD = RECORD.replace("<record>", f"<record {SLIM}>")


def prefixed(xml: str) -> str:
    opened = xml.replace("</", "\0").replace("<", "<marc:").replace("\0", "</marc:")
    return opened.replace(
        "<marc:record>", '<marc:record xmlns:marc="http://www.loc.gov/MARC21/slim">'
    )


@pytest.mark.parametrize(
    "xml",
    [
        RECORD,
        f"<collection>{RECORD}</collection>",
        f"<collection {SLIM}>{RECORD}</collection>",
        f"\n  <?xml version='1.0' encoding='UTF-8'?>\n<collection {SLIM}>\n{RECORD}\n</collection>",
        prefixed(RECORD),
        '<searchRetrieveResponse xmlns="http://www.loc.gov/zing/srw/"><records><record>'
        f"<recordSchema>marcxml</recordSchema><recordData>{SLIM_RECORD}"
        "</recordData></record></records></searchRetrieveResponse>",
        f"<records><record><recordData>{RECORD}</recordData></record></records>",
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><record><metadata>'
        f"{SLIM_RECORD}</metadata></record></OAI-PMH>",
        RECORD.replace(
            "<record>", '<record xmlns="info:lc/xmlns/marcxchange-v1" format="MARC21" type="x">'
        ),
        f'<!DOCTYPE collection SYSTEM "http://example.org/marc.dtd"><collection>{RECORD}</collection>',
    ],
)
def test_every_envelope_gives_up_its_record(read_one: ReadOne, xml: str) -> None:
    assert extract(read_one(xml.encode()).record).title == "A title"


def test_raw_is_the_element(read_all: Read) -> None:
    outcomes = read_all(f"<collection>\n{RECORD} {prefixed(RECORD)}\n</collection>".encode())
    assert [outcome.raw.decode() for outcome in outcomes] == [RECORD, prefixed(RECORD)]


def test_raw_is_the_element_wherever_the_blocks_are_cut(read_all: Read) -> None:
    outcomes = read_all(f"<collection>{RECORD * 2000}</collection>".encode())
    assert {outcome.raw.decode() for outcome in outcomes} == {RECORD}
    assert [outcome.position for outcome in outcomes] == list(range(1, 2001))


def test_other_encodings_are_decoded(read_one: ReadOne) -> None:
    xml = f"<?xml version='1.0' encoding='ISO-8859-1'?>{RECORD.replace('A title', 'Élan')}"
    assert extract(read_one(xml.encode("latin-1")).record).title == "Élan"


@pytest.mark.parametrize("encoding", ["UTF-18", "big5"])
def test_an_encoding_that_cannot_be_read_is_named(read_all: Read, encoding: str) -> None:
    with pytest.raises(NotMarc, match="encoding"):
        read_all(f"<?xml version='1.0' encoding='{encoding}'?>{RECORD}".encode())


@pytest.mark.parametrize(
    "declaration",
    [
        '<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">',
        '<!ENTITY a SYSTEM "file:///etc/passwd">',
        '<!ENTITY % a SYSTEM "http://example.org/a">',
    ],
)
def test_entities_are_refused(read_all: Read, declaration: str) -> None:
    with pytest.raises(UnsafeXml):
        read_all(f"<!DOCTYPE collection [{declaration}]><collection>{RECORD}</collection>".encode())


def test_an_entity_of_an_unread_dtd_is_refused_rather_than_dropped(read_all: Read) -> None:
    with pytest.raises(UnsafeXml):
        read_all(
            '<!DOCTYPE record SYSTEM "marc.dtd">'
            f"{RECORD.replace('A title', 'A &nbsp; title')}".encode()
        )


def test_a_broken_tail_keeps_the_records_before_it(read_all: Read) -> None:
    xml = f"<collection>\n{RECORD}\n{RECORD}\n<record>\n<leader bad=></leader>"
    first, second, broken = read_all(xml.encode())
    assert isinstance(first, Parsed)
    assert isinstance(second, Parsed)
    assert isinstance(broken, Rejected)
    assert (broken.position, broken.code) == (3, RejectCode.XML_MALFORMED)
    assert "line 5" in broken.message
    assert broken.raw.startswith(b"<record>")


def test_a_file_cut_off_is_malformed(read_all: Read) -> None:
    _, broken = read_all(f"<collection>{RECORD}{RECORD[:80]}".encode())
    assert isinstance(broken, Rejected)
    assert broken.raw.decode() == RECORD[:80]


def test_xml_broken_before_any_record_is_not_marc(read_all: Read) -> None:
    with pytest.raises(NotMarc, match="line 1"):
        read_all(b"<a><b></a>")


@pytest.mark.parametrize(
    ("part", "remark"),
    [
        ('<datafield ind1=" " ind2=" "><subfield code="a">x</subfield></datafield>', "tag"),
        ("<controlfield>x</controlfield>", "tag"),
        ('<datafield tag="24-"><subfield code="a">x</subfield></datafield>', "24-"),
        ('<datafield tag="500"><subfield>x</subfield></datafield>', "500"),
        ('<datafield tag="500"><subfield code="ab">x</subfield></datafield>', "500"),
        ('<datafield tag="500"><sub code="a">x</sub></datafield>', "<sub>"),
        ('<datafield tag="500">loose text</datafield>', "loose text"),
        ('<subfield code="a">x</subfield>', "outside"),
        ("<record><leader/></record>", "inside"),
    ],
)
def test_a_field_that_would_lose_text_rejects_the_record(
    read_all: Read, part: str, remark: str
) -> None:
    first = read_all(f"<record>{LEADER}{part}{TITLE}</record>".encode())[0]
    assert isinstance(first, Rejected)
    assert first.code is RejectCode.FIELD_INVALID
    assert remark in first.message


@pytest.mark.parametrize(
    ("part", "field", "code"),
    [
        ('<controlfield tag="1">42</controlfield>', {"001": "42"}, WarningCode.TAG_REPAIRED),
        (
            '<controlfield tag="FMT">BK</controlfield>',
            {"FMT": {"ind1": " ", "ind2": " ", "subfields": [{"a": "BK"}]}},
            WarningCode.FIELD_KIND_WRONG,
        ),
        (
            '<datafield tag="001" ind1=" " ind2=" "><subfield code="a">42</subfield></datafield>',
            {"001": "42"},
            WarningCode.FIELD_KIND_WRONG,
        ),
        (
            '<datafield tag="500" ind1="12"><subfield code="a">x</subfield></datafield>',
            {"500": {"ind1": "1", "ind2": " ", "subfields": [{"a": "x"}]}},
            WarningCode.INDICATORS_WRONG,
        ),
        (
            '<datafield tag="500" ind1=" " ind2=" "><subfield code="a">two\nlines</subfield>'
            "</datafield>",
            {"500": {"ind1": " ", "ind2": " ", "subfields": [{"a": "two lines"}]}},
            WarningCode.CONTROL_CHARACTER_REMOVED,
        ),
    ],
)
def test_smaller_faults_are_mended(
    read_one: ReadOne, part: str, field: dict[str, object], code: WarningCode
) -> None:
    outcome = read_one(f"<record>{LEADER}{part}{TITLE}</record>".encode())
    assert to_json(outcome.record)["fields"][0] == field
    assert [warning.code for warning in outcome.warnings] == [code]


@pytest.mark.parametrize(
    ("leader", "expected"),
    [
        ("nam a2200000 i 4500", "     nam a2200000 i 4500"),
        ("00000nam a22", "00000nam a22            "),
        ("\n00000nam a2200000 i 4500\n", "00000nam a2200000 i 4500"),
    ],
)
def test_a_leader_that_lost_blanks_gets_them_back(
    read_one: ReadOne, leader: str, expected: str
) -> None:
    outcome = read_one(f"<record><leader>{leader}</leader>{TITLE}</record>".encode())
    assert str(outcome.record.leader) == expected


def test_a_record_without_a_leader_is_rejected(reject_one: RejectOne) -> None:
    assert reject_one(f"<record>{TITLE}</record>".encode()).code is RejectCode.LEADER_INVALID


def test_a_record_without_fields_is_rejected(reject_one: RejectOne) -> None:
    assert reject_one(f"<record>{LEADER}</record>".encode()).code is RejectCode.RECORD_EMPTY


def test_text_encoded_twice_that_cannot_be_mended_is_rejected(reject_one: RejectOne) -> None:
    rejected = reject_one(RECORD.replace("A title", "Caf\x82").encode())
    assert rejected.code is RejectCode.ENCODING_INVALID


@pytest.mark.parametrize(
    "record",
    [
        RECORD.replace("<record>", '<record format="UNIMARC">'),
        f'<record>{LEADER}<datafield tag="100" ind1=" " ind2=" "><subfield code="a">'
        '19990101d1998    m  y0frey50      ba</subfield></datafield><datafield tag="200" '
        'ind1="1" ind2=" "><subfield code="a">Titre</subfield></datafield></record>',
    ],
)
def test_unimarc_is_recognised(reject_one: RejectOne, record: str) -> None:
    assert reject_one(record.encode()).code is RejectCode.UNIMARC_UNSUPPORTED


@pytest.mark.slow
def test_an_over_long_record_is_skipped(read_all: Read) -> None:
    note = '<datafield tag="500" ind1=" " ind2=" "><subfield code="a">x</subfield></datafield>'
    long = f"<record>{LEADER}{TITLE}{note * 220_000}</record>"
    first, second = read_all(f"<collection>{long}{RECORD}</collection>".encode())
    assert isinstance(first, Rejected)
    assert first.code is RejectCode.RECORD_TOO_LONG
    assert first.raw.decode() == long[: 64 * 1024]
    assert isinstance(second, Parsed)
    assert second.raw.decode() == RECORD
