"""Imports over the API: upload, look, stop, resume, and what was refused."""

from base64 import b64decode
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from stackroom.testing.house import Api, House


def record(number: str, title: str, isbn: str = "") -> bytes:
    """A small MARC 21 record in UTF-8."""
    fields = [("001", number), ("003", "TEST"), ("245", f"10\x1fa{title}")]
    if isbn:
        fields.insert(2, ("020", f"  \x1fa{isbn}"))
    directory, data = "", b""
    for tag, text in fields:
        content = text.encode() + b"\x1e"
        directory += f"{tag}{len(content):04d}{len(data):05d}"
        data += content
    base = 24 + len(directory) + 1
    length = base + len(data) + 1
    leader = f"{length:05d}nam a22{base:05d}   4500"
    return leader.encode() + directory.encode() + b"\x1e" + data + b"\x1d"


def upload(api: Api, content: bytes, name: str = "new.mrc", **form: Any) -> TestResponse:
    return api.post("/api/v1/imports", data={"file": (BytesIO(content), name), **form})


def test_an_upload_is_imported_by_the_worker(north: House) -> None:
    api = north.api("librarian")
    answer = upload(api, record("1", "One") + record("2", "Two"))
    assert answer.status_code == 202, answer.text
    assert answer.json["status"] == "queued"
    north.deliver()
    done = api.get(f"/api/v1/imports/{answer.json['id']}").json
    assert (done["status"], done["read"], done["created"]) == ("succeeded", 2, 2)
    assert done["bytes_read"] == done["bytes_total"]
    assert api.get("/api/v1/bibs", query_string={"q": "two"}).json["total"] == 1


def test_an_empty_file_is_refused_and_leaves_nothing(north: House) -> None:
    api = north.api("librarian")
    answer = upload(api, b"")
    assert answer.status_code == 422
    assert answer.json["errors"] == [
        {"field": "file", "message": "The file is empty; choose another."}
    ]
    assert api.get("/api/v1/imports").json["total"] == 0
    folder = north.app.settings.data_dir.absolute() / "files" / "t" / str(north.tenant.uuid)
    assert not [path for path in folder.rglob("*") if path.is_file()]
