"""Imports over the API: upload, look, stop, resume, and what was refused."""

from base64 import b64decode
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest

from config import Settings
from stackroom.catalogue.imports import service
from stackroom.testing.house import Answer, Api, House
from stackroom.testing.importing import marc

LATIN = marc("7", "Café").replace("é".encode(), b"\xe9\xe9")
"""A record that says UTF-8 and is not."""


def upload(api: Api, content: bytes, name: str = "new.mrc", **form: Any) -> Answer:
    answer = api.post("/api/v1/imports", data={"file": (BytesIO(content), name), **form})
    answer.request.environ["wsgi.input"].close()  # the client's own temporary file
    return answer


def imported(house: House, content: bytes, **form: Any) -> Any:
    """The import as the API shows it once a worker has run it."""
    api = house.api("librarian")
    answer = upload(api, content, **form)
    assert answer.status_code == 202, answer.text
    house.deliver()
    return api.get(f"/api/v1/imports/{answer.json['id']}").json


def test_an_upload_is_imported_by_the_worker(north: House) -> None:
    api = north.api("librarian")
    queued = upload(api, marc("1", "One") + marc("2", "Two")).json
    assert (queued["status"], queued["read"]) == ("queued", 0)
    north.deliver()
    done = api.get(f"/api/v1/imports/{queued['id']}").json
    assert (done["status"], done["read"], done["created"]) == ("succeeded", 2, 2)
    assert done["bytes_read"] == done["bytes_total"] == len(marc("1", "One") + marc("2", "Two"))
    assert api.get("/api/v1/bibs", query_string={"q": "two"}).json["total"] == 1


def test_the_choices_arrive(north: House) -> None:
    form = {"format": "marc", "mapping": "952", "dry_run": "true", "source": "DLC"}
    done = imported(north, marc("1"), **form)
    assert {name: done[name] for name in form} == {**form, "dry_run": True}
    assert done["filename"] == "new.mrc"


def test_a_delivery_that_comes_twice_imports_once(north: House) -> None:
    done = imported(north, marc("1"))
    with north.work():
        service.queue(service.job(UUID(done["id"])))
    north.deliver()
    assert north.api("librarian").get(f"/api/v1/imports/{done['id']}").json == done


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"format": "pdf"}, "format"),
        ({"mapping": "999x"}, "mapping"),
        ({"dry_run": "perhaps"}, "dry_run"),
        ({"source": "x" * 101}, "source"),
        ({"sauce": "DLC"}, "sauce"),
    ],
)
def test_a_choice_that_is_none_is_refused_by_name(
    north: House, form: dict[str, str], field: str
) -> None:
    answer = upload(north.api("librarian"), marc("1"), **form)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]


def test_a_file_must_be_sent(north: House) -> None:
    answer = north.api("librarian").post("/api/v1/imports", data={"format": "marc"})
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "file"


def test_an_empty_file_is_refused_and_leaves_nothing(north: House, settings: Settings) -> None:
    api = north.api("librarian")
    answer = upload(api, b"")
    assert answer.status_code == 422
    assert answer.json["errors"] == [
        {"field": "file", "message": "The file is empty; choose another."}
    ]
    assert api.get("/api/v1/imports").json["total"] == 0
    folder = settings.data_dir.absolute() / "files" / "t" / str(north.tenant.uuid)
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_an_upload_may_be_longer_than_a_form(north: House) -> None:
    padded = marc("1") + b"\r\n" * (3 * 2**20 // 2)
    assert len(padded) > north.app.settings.max_body_mib * 2**20
    assert imported(north, padded)["created"] == 1


def test_an_upload_over_the_limit_is_refused(north: House) -> None:
    limit = north.app.settings
    north.app.settings = limit.model_copy(update={"max_upload_mib": 1})
    try:
        answer = upload(north.api("librarian"), b"x" * 2**20)
    finally:
        north.app.settings = limit
    assert (answer.status_code, answer.json["code"]) == (413, "too_large")


def test_a_name_with_a_path_is_only_a_name(north: House) -> None:
    done = imported(north, marc("1"))
    answer = upload(north.api("librarian"), marc("2"), name="../../etc/passwd")
    assert answer.json["filename"] == "passwd"
    assert done["status"] == "succeeded"


def test_a_picture_fails_with_a_sentence(north: House) -> None:
    done = imported(north, b"\xff\xd8\xff\xe0" + b"\x00" * 100)
    assert (done["status"], done["read"]) == ("failed", 0)
    assert done["detail"] == "This is a JPEG picture."


def test_refused_records_come_with_reason_and_bytes(north: House) -> None:
    done = imported(north, marc("1") + LATIN + b"\x1d")
    page = north.api("librarian").get(f"/api/v1/imports/{done['id']}/rejects").json
    assert page["total"] == done["rejected"] == 2
    latin, empty = page["items"]
    assert (latin["position"], latin["code"]) == (2, "encoding_invalid")
    assert latin["raw_encoding"] == "base64"
    assert b64decode(latin["raw"]) == LATIN
    assert "245" in latin["message"]
    assert (empty["position"], empty["raw"], empty["raw_encoding"]) == (3, "\x1d", "utf-8")


def test_refused_records_are_paged(north: House) -> None:
    done = imported(north, b"\x1d" * 5)
    answer = north.api("librarian").get(
        f"/api/v1/imports/{done['id']}/rejects", query_string={"page": 2, "per_page": 2}
    )
    assert [row["position"] for row in answer.json["items"]] == [3, 4]
    assert 'rel="next"' in answer.headers["Link"]


def test_refused_records_are_downloaded_as_they_came(north: House) -> None:
    done = imported(north, marc("1") + LATIN + marc("2") + b"\x1d")
    api = north.api("librarian")
    every = api.get(f"/api/v1/imports/{done['id']}/rejects.mrc")
    assert every.data == LATIN + b"\x1d"
    assert every.headers["Content-Disposition"].startswith("attachment")
    assert api.get(f"/api/v1/imports/{done['id']}/rejects/2.mrc").data == LATIN
    for missing in (
        1,
        70_745_005_943_158,
    ):  # PostgreSQL's integers end before the second
        path = f"/api/v1/imports/{done['id']}/rejects/{missing}.mrc"
        assert api.get(path).status_code == 404


def test_what_was_mended_is_told(north: House) -> None:
    record = marc("1")
    done = imported(north, b"99999" + record[5:])
    page = north.api("librarian").get(f"/api/v1/imports/{done['id']}/warnings").json
    assert (done["created"], done["warnings"]) == (1, 1)
    assert [row["code"] for row in page["items"]] == ["leader_length_wrong"]


def test_a_waiting_import_is_stopped_and_resumed(north: House) -> None:
    api = north.api("librarian")
    address = f"/api/v1/imports/{upload(api, marc('1')).json['id']}"
    assert api.post(f"{address}/stop").json["status"] == "stopped"
    north.deliver()
    assert api.get(address).json["read"] == 0
    answer = api.post(f"{address}/resume")
    assert (answer.status_code, answer.json["status"]) == (202, "queued")
    north.deliver()
    assert api.get(address).json["created"] == 1


def test_an_import_that_has_ended_is_neither_stopped_nor_resumed(north: House) -> None:
    address = f"/api/v1/imports/{imported(north, marc('1'))['id']}"
    api = north.api("librarian")
    for verb, code in (("stop", "import_not_running"), ("resume", "import_not_stopped")):
        answer = api.post(f"{address}/{verb}")
        assert (answer.status_code, answer.json["code"]) == (409, code)


def test_imports_are_listed_newest_first(north: House) -> None:
    api = north.api("librarian")
    names = ["first.mrc", "second.mrc", "third.mrc"]
    for name in names:
        upload(api, marc("1"), name=name)
    page = api.get("/api/v1/imports", query_string={"per_page": 2}).json
    assert page["total"] == 3
    assert [row["filename"] for row in page["items"]] == ["third.mrc", "second.mrc"]


def test_events_tell_of_an_import(north: House) -> None:
    imported(north, marc("1") + b"\x1d")
    page = north.api("auditor").get("/api/v1/audit/entries", query_string={"per_page": 100}).json
    told = {entry["action"]: entry for entry in page["items"]}
    assert told["import.started"]["subject"]["label"] == "new.mrc"
    assert "1 created, 0 updated, 0 unchanged, 1 rejected" in str(told["import.finished"])


@pytest.mark.parametrize(("role", "status"), [("auditor", 403), ("patron", 403), ("admin", 202)])
def test_who_may_import(north: House, role: str, status: int) -> None:
    assert upload(north.api(role), marc("1")).status_code == status


def test_nobody_imports_without_signing_in(north: House) -> None:
    assert upload(north.anonymous(), marc("1")).status_code == 401


def test_another_organisation_sees_nothing_of_an_import(north: House, harbour: House) -> None:
    done = imported(north, marc("1") + b"\x1d")
    theirs = harbour.api("librarian")
    nothing = theirs.get("/api/v1/imports/01a206c5-844d-7703-881e-42f1ba88c445")
    for path in ("", "/rejects", "/rejects.mrc", "/rejects/2.mrc", "/warnings"):
        answer = theirs.get(f"/api/v1/imports/{done['id']}{path}")
        assert answer.status_code == 404
        assert {**answer.json, "request_id": ""} == {**nothing.json, "request_id": ""}
    for verb in ("stop", "resume"):
        assert theirs.post(f"/api/v1/imports/{done['id']}/{verb}").status_code == 404
    assert theirs.get("/api/v1/imports").json["total"] == 0


def test_a_suspended_organisation_imports_nothing(north: House) -> None:
    api = north.api("librarian")
    north.suspend()
    assert upload(api, marc("1")).json["code"] == "organisation_suspended"


def test_unreadable_numbers_of_a_page_are_refused(north: House) -> None:
    for query in ({"page": 0}, {"per_page": 10**9}, {"sort": "-x"}):
        answer = north.api("librarian").get("/api/v1/imports", query_string=query)
        assert answer.status_code == 422
