"""Many invitations from a file: each row is answered, and none is lost."""

import csv
from contextlib import suppress
from io import BytesIO, StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stackroom.core.errors import Invalid
from stackroom.core.http import Stackroom
from stackroom.staff.invitations import sheets
from stackroom.staff.invitations.schemas import RowOut
from stackroom.testing.house import Answer, House, open_house
from stackroom.testing.inviting import Inviting

HEAD = "email,name,roles\n"


def send(house: House, data: bytes | str, *, dry_run: bool = False, role: str = "admin") -> Answer:
    raw = data.encode() if isinstance(data, str) else data
    form = {"file": (BytesIO(raw), "people.csv"), "dry_run": str(dry_run).lower()}
    return house.api(role).post("/api/v1/invitations/bulk", data=form)


def told(answer: Answer) -> list[tuple[int, str, str]]:
    assert answer.status_code == 200, answer.text
    return [(row["line"], row["result"], row["code"]) for row in answer.json["rows"]]


def test_each_row_is_taken_or_refused_by_itself(inviting: Inviting) -> None:
    inviting.invited()
    file = HEAD + (
        "eva@x.example,Eva Roy,librarian|auditor\n"
        "\n"
        "no address,Nobody,librarian\n"
        f"{inviting.house.email('librarian')},Lu,auditor\n"
        "carl@x.example,Carl,librarian\n"
        "eva@x.example,Eva again,librarian\n"
        "ida@x.example,Ida,owner\n"
        "ole@x.example,Ole,\n"
        'mia@x.example,,"Librarian; auditor"\n'
    )
    answer = send(inviting.house, file)
    assert told(answer) == [
        (2, "invited", ""),
        (4, "refused", "invalid"),
        (5, "refused", "email_taken"),
        (6, "refused", "already_invited"),
        (7, "refused", "already_invited"),
        (8, "refused", "invalid"),
        (9, "refused", "invalid"),
        (10, "invited", ""),
    ]
    assert (answer.json["invited"], answer.json["refused"]) == (2, 6)
    assert all(row["message"] for row in answer.json["rows"] if row["result"] == "refused")
    assert len(inviting.mails("eva@x.example")) == len(inviting.mails("mia@x.example")) == 1
    listed = inviting.house.api("admin").get("/api/v1/invitations").json
    assert {row["email"] for row in listed["items"]} == {
        "carl@x.example", "eva@x.example", "mia@x.example",
    }  # fmt: skip
    assert len(inviting.events("staff.invited")) == 3


def test_a_dry_run_answers_alike_and_invites_nobody(inviting: Inviting) -> None:
    file = f"{HEAD}eva@x.example,Eva,auditor\nbad,,auditor\neva@x.example,Eva,auditor\n"
    tried = send(inviting.house, file, dry_run=True)
    assert told(tried) == [
        (2, "would_be_invited", ""),
        (3, "refused", "invalid"),
        (4, "refused", "already_invited"),
    ]
    assert tried.json["rows"][0]["invitation_id"] is None
    assert inviting.house.api("admin").get("/api/v1/invitations").json["total"] == 0
    assert inviting.mails("eva@x.example") == []
    assert inviting.events("staff.invited") == []
    done = send(inviting.house, file)
    assert [row["code"] for row in done.json["rows"]] == [row["code"] for row in tried.json["rows"]]


def test_the_same_file_again_invites_nobody_twice(inviting: Inviting) -> None:
    file = f"{HEAD}eva@x.example,Eva,auditor\n"
    assert told(send(inviting.house, file)) == [(2, "invited", "")]
    assert told(send(inviting.house, file)) == [(2, "refused", "already_invited")]
    assert len(inviting.mails("eva@x.example")) == 1


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("\ufeffemail,name,roles\r\nå@x.example,Åsa,auditor\r\n".encode(), id="bom"),
        pytest.param("email;name;roles\nå@x.example;Åsa;auditor\n".encode(), id="semicolons"),
        pytest.param("email\tname\troles\nå@x.example\tÅsa\tauditor".encode(), id="tabs"),
        pytest.param("E-Mail;Name;Roles\nå@x.example;Åsa;Auditor\n".encode("cp1252"), id="windows"),
        pytest.param(b'roles,name,email\nauditor,"\xc3\x85sa",\xc3\xa5@x.example\n', id="order"),
        pytest.param("\n\nemail,roles,name\n\nå@x.example,auditor,Åsa\n".encode(), id="blank"),
        pytest.param("email,name,roles\rå@x.example,Åsa,auditor\r".encode(), id="old mac"),
    ],
)
def test_files_are_read_as_spreadsheets_write_them(data: bytes) -> None:
    (row,) = sheets.read(data)
    assert (row.email, row.name, row.roles) == ("å@x.example", "Åsa", ("auditor",))


def test_a_semicolon_file_takes_several_roles_in_quotes() -> None:
    text = 'email;roles\neva@x.example;"librarian;auditor"\nole@x.example;librarian|auditor\n'
    assert {row.roles for row in sheets.read(text.encode())} == {("librarian", "auditor")}


def test_a_row_with_more_cells_than_the_head_is_refused(inviting: Inviting) -> None:
    answer = send(inviting.house, "email;roles\neva@x.example;librarian;auditor\n")
    assert told(answer) == [(2, "refused", "invalid")]
    assert "more cells than the head" in answer.json["rows"][0]["message"]


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    text = 'email,name,roles\n"a@x.example","two\nlines",auditor\nb@x.example,,auditor\n'
    assert [row.line for row in sheets.read(text.encode())] == [2, 4]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "names nobody"),
        (b"email,name,roles\n", "names nobody"),
        (b"name,roles\nEva,auditor\n", "\u201cemail\u201d is not there"),
        (b"email,name\neva@x.example,Eva\n", "\u201croles\u201d is not there"),
        (b"email,roles,phone\ne@x.example,auditor,1\n", "remove the column \u201cphone\u201d"),
        (b"email,roles,roles\ne@x.example,auditor,admin\n", "each once"),
        (b'email,roles\n"eva@x.example,auditor\n', "no CSV"),
        (b"PK\x03\x04 a workbook", "must name the columns"),
        (b"email,roles\n" + b"e@x.example,auditor\n" * 501, "at most 500"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(inviting: Inviting, data: bytes, words: str) -> None:
    answer = send(inviting.house, data)
    assert answer.status_code == 422
    assert words in answer.json["errors"][0]["message"]
    assert answer.json["errors"][0]["field"] == "file"
    assert inviting.house.api("admin").get("/api/v1/invitations").json["total"] == 0


def test_a_file_of_more_than_a_megabyte_is_not_read() -> None:
    with pytest.raises(Invalid, match="larger than a megabyte"):
        sheets.read(b"email,roles\n" + b"e" * 2**20)


def test_without_a_file_the_field_is_named(inviting: Inviting) -> None:
    answer = inviting.house.api("admin").post("/api/v1/invitations/bulk", data={"dry_run": "true"})
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "file"


def test_a_nul_is_refused_in_its_row(inviting: Inviting) -> None:
    answer = send(inviting.house, f"{HEAD}eva@x.example,E\0va,auditor\nole@x.example,,auditor\n")
    assert [row["result"] for row in answer.json["rows"]] == ["refused", "invited"]


def test_five_hundred_are_invited_at_once(inviting: Inviting) -> None:
    rows = "".join(f"p{number}@x.example,,auditor\n" for number in range(500))
    answer = send(inviting.house, HEAD + rows)
    assert (answer.json["invited"], answer.json["refused"]) == (500, 0)
    assert inviting.house.api("admin").get("/api/v1/invitations").json["total"] == 500


def test_a_plan_without_room_warns_of_all(app: Stackroom) -> None:
    house = open_house(app, "crowded", plan="free")
    answer = send(house, f"{HEAD}a@x.example,,auditor\nb@x.example,,auditor\n", dry_run=True)
    assert "2 invitations" in answer.json["warning"]


def cells(**changes: object) -> RowOut:
    row = {"line": 2, "email": "e@x.example", "name": "", "roles": "", "result": "refused"}
    return RowOut.model_validate(row | changes)


@pytest.mark.parametrize("name", ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_the_result_holds_no_formulas(name: str) -> None:
    text = sheets.write([cells(name=name, message="=1")])
    (row,) = csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline=""))
    assert (row["name"], row["message"]) == (f"'{name}", "'=1")


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)


@given(st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=1, max_size=8), st.sampled_from(",;\t"))
@settings(deadline=None, max_examples=200)
def test_no_row_of_any_file_is_lost(people: list[tuple[str, str, str]], delimiter: str) -> None:
    out = StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(["email", "name", "roles"])
    writer.writerows((f"x{email}", name, roles) for email, name, roles in people)
    rows = sheets.read(out.getvalue().encode())
    assert [row.email for row in rows] == [f"x{email}".strip() for email, _, _ in people]
    assert [row.name for row in rows] == [name.strip() for _, name, _ in people]


@given(st.binary(max_size=300))
@settings(deadline=None, max_examples=300)
def test_any_bytes_are_rows_or_a_clear_refusal(data: bytes) -> None:
    rows: list[sheets.Row] = []
    with suppress(Invalid):
        rows = sheets.read(b"email,roles\n" + data)
    assert all(row.line > 1 for row in rows)


@given(st.lists(WORDS, min_size=1, max_size=5))
@settings(deadline=None)
def test_the_result_is_read_back_as_it_was_told(names: list[str]) -> None:
    text = sheets.write([cells(name=name) for name in names])
    found = [
        row["name"] for row in csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline=""))
    ]
    assert [name.removeprefix("'") for name in found] == [name.removeprefix("'") for name in names]
