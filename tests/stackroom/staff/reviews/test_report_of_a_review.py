"""What the auditor is handed: signed, whole, and refused once anything in it was changed."""

import csv
import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from config import load
from stackroom.cli import main
from stackroom.core.signed_documents import Unsound
from stackroom.core.signing import Signer
from stackroom.staff.reviews import documents
from stackroom.testing.reviews import Campaign

KEY = Signer(load(STACKROOM_ENV="testing")).public_key


@pytest.fixture
def over(campaign: Campaign) -> Campaign:
    campaign.person("carl", "librarian", "auditor")
    campaign.start(reviewers=[campaign.account_id(who) for who in ("admin", "berta")])
    campaign.decide("admin admin", "confirmed", by="berta")
    campaign.decide("carl librarian", "confirmed", note="Maybe.")
    campaign.decide("carl librarian", "withdrawn", by="berta", note="=HYPERLINK(1)")
    campaign.api().post(f"{campaign.path}/close")
    return campaign


def report(campaign: Campaign) -> bytes:
    answer = campaign.api().get(f"{campaign.path}/report")
    assert (answer.status_code, answer.mimetype) == (200, "application/json"), answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    return bytes(answer.data)


def test_it_says_who_decided_what_when_and_from_which_state(over: Campaign) -> None:
    said = documents.verify(report(over), KEY)
    assert said["organisation"]["name"] == over.house.tenant.name
    review = said["review"]
    assert (review["state"], review["unanswered"]) == ("closed", "revoke")
    assert [each["name"] for each in review["reviewers"]] == ["Ada Admin", "Berta"]
    lines = {(line["person"], line["role"]): line for line in said["lines"]}
    assert len(lines) == 6
    first, second = lines["Carl", "librarian"]["decisions"]
    assert (first["by"], first["before"], first["after"]) == ("Ada Admin", "open", "confirmed")
    assert (second["by"], second["before"], second["after"]) == ("Berta", "confirmed", "withdrawn")
    assert second["note"] == "=HYPERLINK(1)"
    assert second["at"].endswith("Z")
    (settled,) = lines["Carl", "auditor"]["decisions"]
    assert (settled["by"], settled["after"]) == ("Ada Admin", "revoked")


def test_it_is_the_same_whenever_it_is_asked_for(over: Campaign) -> None:
    assert report(over) == report(over)


def test_a_changed_report_is_refused(over: Campaign) -> None:
    file = report(over)
    with pytest.raises(Unsound, match="changed after it was signed"):
        documents.verify(file.replace(b"Maybe.", b"Always"), KEY)
    with pytest.raises(Unsound, match="not written as"):
        documents.verify(json.dumps(json.loads(file)).encode(), KEY)
    with pytest.raises(Unsound, match="not the one it is checked with"):
        documents.verify(file, "another key")
    with pytest.raises(Unsound, match="This is no stackroom access review report"):
        documents.verify(b"{}\n", KEY)


def verified(file: Path, *options: str) -> Any:
    return CliRunner().invoke(main, ["reviews", "verify", str(file), *options])


def test_the_command_checks_a_file(
    over: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STACKROOM_ENV", "testing")
    file = tmp_path / "report.json"
    file.write_bytes(report(over))
    sound = verified(file)
    assert sound.exit_code == 0, sound.output
    assert "Sound. It is the review “Spring review” of" in sound.output
    assert "6 lines" in sound.output
    assert verified(file, "--public-key", KEY).exit_code == 0
    file.write_bytes(file.read_bytes().replace(b"Maybe.", b"Always"))
    changed = verified(file)
    assert changed.exit_code == 1
    assert "It was changed after it was signed." in changed.output


def test_its_lines_come_as_a_spreadsheet_that_runs_nothing(over: Campaign) -> None:
    answer = over.api().get(f"{over.path}/report?format=csv")
    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(StringIO(answer.data.decode("utf-8-sig"))))
    (line,) = [row for row in rows if row["state"] == "withdrawn"]
    assert (line["person"], line["role"], line["decided_by"]) == ("Carl", "librarian", "Berta")
    assert line["note"] == "'=HYPERLINK(1)"


def test_auditors_read_it_also_when_it_was_called_off(campaign: Campaign) -> None:
    campaign.start()
    campaign.api().post(f"{campaign.path}/cancel", json={"reason": "The wrong date."})
    answer = campaign.api("auditor").get(f"{campaign.path}/report")
    said = documents.verify(answer.data, KEY)
    assert said["review"]["state"] == "cancelled"
    assert said["review"]["end_reason"] == "The wrong date."


def test_of_a_review_that_runs_it_says_what_is_decided_so_far(campaign: Campaign) -> None:
    campaign.start()
    campaign.decide("auditor auditor", "confirmed")
    said = documents.verify(report(campaign), KEY)
    assert (said["review"]["state"], said["review"]["ended_at"]) == ("open", None)
    assert said["review"]["lines"] == {"open": 3, "confirmed": 1}
    assert datetime.fromisoformat(said["as_of"]) > datetime.now(UTC) - timedelta(minutes=1)
    assert campaign.api("librarian").get(f"{campaign.path}/report").status_code == 403


def test_an_only_admin_who_decided_about_themself_is_marked(campaign: Campaign) -> None:
    campaign.api().delete(f"/api/v1/staff/{campaign.account_id('berta')}")
    campaign.start()
    campaign.decide("admin admin", "confirmed")
    campaign.api().post(f"{campaign.path}/close")
    said = documents.verify(report(campaign), KEY)
    assert [line["person"] for line in said["lines"] if line["own"]] == ["Ada Admin"]
