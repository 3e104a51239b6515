from collections.abc import Sequence

import pytest

from stackroom.catalogue.marc import (
    BibFields,
    MaterialType,
    TitleMissing,
    extract,
    from_json,
    sort_form,
)
from stackroom.catalogue.marc.wording import trim

Row = tuple[str, str]
LEADER = "00000nam a2200000 i 4500"


def fields_of(*rows: Row, leader: str = LEADER, title: bool = True) -> BibFields:
    """Rows are (tag, "12$aText$bmore") or, for control fields, (tag, text)."""
    rows = (("245", "10$aA title"), *rows) if title else rows
    return extract(from_json({"leader": leader, "fields": [as_json(*row) for row in rows]}))


def as_json(tag: str, text: str) -> dict[str, object]:
    if tag < "010":
        return {tag: text}
    head, *parts = text.split("$")
    subfields = [{part[0]: part[1:]} for part in parts]
    return {tag: {"ind1": head[0], "ind2": head[1], "subfields": subfields}}


def coded(**places: str) -> Row:
    """Return an 008 with text at places named like at35="eng"."""
    data = list("200101s2020    xxu           000 0 und d")
    for place, text in places.items():
        start = int(place.removeprefix("at"))
        data[start : start + len(text)] = text
    return ("008", "".join(data))


@pytest.mark.parametrize(
    ("field", "title"),
    [
        ("10$aEmma /$cJane Austen.", "Emma"),
        ("10$aEmma :$ba novel.", "Emma : a novel"),
        ("00$aFaust.$nPart 2,$pHelena /$cGoethe", "Faust. Part 2, Helena"),
        ("00$kRecords,$f1910-1950.", "Records, 1910-1950"),
        ("10$a[Untitled] :", "[Untitled]"),
        ("10$a[Half a bracket", "Half a bracket"),
        ("00$aWho is who?", "Who is who?"),
        ("00$aTo be continued ...", "To be continued ..."),
        ("00$a\x98The \x9cend", "The end"),
    ],
)
def test_the_title_without_its_punctuation(field: str, title: str) -> None:
    assert fields_of(("245", field), title=False).title == title


@pytest.mark.parametrize(
    ("field", "sorted_as"),
    [
        ("14$aThe Émigré", "emigre"),
        ("12$aL'Été", "ete"),
        ("14$aHamlet", "hamlet"),
        ('10$a"Quoted" title', 'quoted" title'),
        ("10$aŁódź æther Ø", "lodz aether o"),
        ("10$aStraße", "strasse"),
        ("19$aA", "a"),
        ("10$aहिन्दी", "हिन्दी"),
        ("10$a...", "..."),
    ],
)
def test_the_title_as_lists_sort_it(field: str, sorted_as: str) -> None:
    assert fields_of(("245", field), title=False).sort_title == sorted_as


def test_the_title_in_its_own_script_stands_beside() -> None:
    found = fields_of(
        ("245", "10$6880-01$aZhongguo shi ge"),
        ("880", "10$6245-01/$1$a中国诗歌 /"),
        ("880", "1 $6700-02/$1$a刘宁"),
        ("880", " 0$6650-03/$1$a詩"),
        title=False,
    )
    assert (found.title, found.title_alternate) == ("Zhongguo shi ge", "中国诗歌")
    assert found.contributors == ("刘宁",)
    assert found.subjects == ("詩",)


@pytest.mark.parametrize(
    "row",
    [
        ("880", "10$6245-01$a标题"),
        ("240", "10$a标题"),
        ("130", "0 $a标题"),
        ("246", "30$a标题"),
        ("740", "0 $a标题"),
    ],
)
def test_a_record_without_a_245_is_found_by_another_title(row: Row) -> None:
    found = fields_of(row, title=False)
    assert (found.title, found.title_alternate) == ("标题", None)


@pytest.mark.parametrize("rows", [[], [("245", "10$a")], [("245", "10$a /"), ("500", "  $ax")]])
def test_a_record_without_any_title_is_refused(rows: Sequence[Row]) -> None:
    with pytest.raises(TitleMissing):
        fields_of(*rows, title=False)


def test_the_author_is_the_main_entry() -> None:
    found = fields_of(
        ("700", "1 $aBlake, Quentin,$d1932-$eillustrator."),
        ("100", "1 $aDahl, Roald,$d1916-1990,$eauthor."),
        ("700", "12$aDahl, Roald.$tMatilda."),
        ("710", "2 $aPuffin Books (Firm).$bPress Office."),
    )
    assert found.author == "Dahl, Roald, 1916-1990"
    assert found.contributors == (
        "Dahl, Roald, 1916-1990",
        "Blake, Quentin, 1932-",
        "Puffin Books (Firm). Press Office",
    )


def test_without_a_main_entry_the_first_added_name_is_the_author() -> None:
    assert fields_of(("700", "1 $aDoe, J.")).author == "Doe, J."
    assert fields_of().author is None


def test_isbns_are_normalised_and_unique() -> None:
    found = fields_of(
        ("020", "  $a0439023483 (pbk.)"),
        ("020", "  $a9780439023481"),
        ("020", "  $z9780141439587"),
        ("020", "  $anot one"),
    )
    assert found.isbns == ("9780439023481",)


def test_issns_are_checked() -> None:
    found = fields_of(("022", "  $a0029-4802"), ("022", "  $a0029-4803"), ("022", "  $a2434-561x"))
    assert found.issns == ("0029-4802", "2434-561X")


def test_subjects_carry_their_subdivisions() -> None:
    found = fields_of(
        ("650", " 0$aCats$xBehavior$zFrance.$0(uri)x"),
        ("650", " 7$aCats$xBehavior$zFrance$2fast"),
        ("600", "10$aTwain, Mark,$d1835-1910$vFiction."),
        ("653", "  $aone$atwo"),
        ("655", " 7$aNovels.$2gsafd"),
    )
    assert found.subjects == (
        "Twain, Mark, 1835-1910--Fiction",
        "Cats--Behavior--France",
        "one",
        "two",
        "Novels",
    )


@pytest.mark.parametrize(
    ("rows", "language"),
    [
        ([coded(at35="ger")], "ger"),
        ([coded(at35="GER")], "ger"),
        ([coded(at35="   "), ("041", "1 $aengfre")], "eng"),
        ([coded(at35="|||"), ("041", "1 $afre$heng")], "fre"),
        ([("041", "0 $aeng")], "eng"),
        ([("008", "short")], None),
        ([], None),
    ],
)
def test_the_language_is_a_code(rows: Sequence[Row], language: str | None) -> None:
    assert fields_of(*rows).language == language


@pytest.mark.parametrize(
    ("rows", "year"),
    [
        ([coded(at7="1999")], 1999),
        ([coded(at7="19uu"), ("260", "  $c[1987?]")], 1987),
        ([coded(at7="9999"), ("264", " 1$c©2001.")], 2001),
        ([("264", " 4$c1950"), ("264", " 1$c2001")], 2001),
        ([coded(at7="    "), ("260", "  $cMDCCC")], None),
        ([coded(at7="0000")], None),
        ([("260", "  $c12345")], None),
    ],
)
def test_the_year_of_publication(rows: Sequence[Row], year: int | None) -> None:
    assert fields_of(*rows).year == year


def test_publisher_edition_and_series_without_their_punctuation() -> None:
    found = fields_of(
        ("250", "  $a2nd ed. /$brev. by X."),
        ("264", " 3$aUlm :$bPrinter,$c2001."),
        ("264", " 1$aLondon :$bPenguin,$c2001."),
        ("490", "1 $aPenguin classics ;$v12"),
    )
    assert found.publisher == "Penguin"
    assert found.edition == "2nd ed. / rev. by X."
    assert found.series == ("Penguin classics",)


def test_the_identity_of_the_record() -> None:
    found = fields_of(("001", " ocm1 "), ("003", "OCoLC"))
    assert (found.control_number, found.control_number_source) == ("ocm1", "OCoLC")
    assert fields_of().control_number is None


@pytest.mark.parametrize(
    ("kind", "form", "material"),
    [
        ("am", " ", MaterialType.BOOK),
        ("am", "o", MaterialType.EBOOK),
        ("as", " ", MaterialType.SERIAL),
        ("as", "s", MaterialType.EJOURNAL),
        ("cm", " ", MaterialType.SCORE),
        ("em", " ", MaterialType.MAP),
        ("gm", " ", MaterialType.VIDEO),
        ("im", " ", MaterialType.AUDIOBOOK),
        ("jm", " ", MaterialType.MUSIC),
        ("km", " ", MaterialType.IMAGE),
        ("mm", " ", MaterialType.SOFTWARE),
        ("om", " ", MaterialType.KIT),
        ("pc", " ", MaterialType.ARCHIVE),
        ("rm", " ", MaterialType.OBJECT),
        ("tm", " ", MaterialType.MANUSCRIPT),
        ("?m", " ", MaterialType.BOOK),
    ],
)
def test_the_kind_of_material(kind: str, form: str, material: MaterialType) -> None:
    found = fields_of(coded(at23=form), leader=f"00000n{kind} a2200000 i 4500")
    assert found.material_type is material


def test_a_record_sent_to_be_deleted_says_so() -> None:
    assert fields_of(leader="00000dam a2200000 i 4500").is_deleted
    assert not fields_of().is_deleted


@pytest.mark.parametrize(
    ("text", "trimmed"),
    [
        ("King, Martin Luther, Jr.", "King, Martin Luther, Jr."),
        ("2nd ed.", "2nd ed."),
        ("Comic books, strips, etc.", "Comic books, strips, etc."),
        ("Penguin Books (Firm).", "Penguin Books (Firm)"),
        ("London :", "London"),
        ("  two   spaces ", "two spaces"),
        ("n.d.]", "n.d."),
        ("e\u0301lan", "élan"),
        (".", "."),
        ("", ""),
    ],
)
def test_punctuation_that_joins_areas_is_trimmed(text: str, trimmed: str) -> None:
    assert trim(text) == trimmed


def test_sort_forms_ignore_case_and_accents() -> None:
    assert sort_form("ÉLAN") == sort_form("elan") == sort_form("«Élan»")[:4]
