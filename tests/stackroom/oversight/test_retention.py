"""How long history is kept: said by admins, read by auditors, never below the floor nor under a
hold; and a hold keeps the organisation itself."""

import re
from typing import Any

import pytest
import sqlalchemy as sa

from config import ConfigurationError, Settings, load
from stackroom.audit import writer
from stackroom.core import clock
from stackroom.core.database import WalledSession
from stackroom.flags.registry import FLAGS
from stackroom.lifecycle.errors import PurgeHindered
from stackroom.oversight.retention import queries
from stackroom.testing import ending
from stackroom.testing.house import House
from stackroom.testing.visitor import visit
from tenants.lifecycle import Status

RETENTION = "/api/v1/audit/retention"
WHY = {"reason": "Northgate v. Library"}


def sentences(house: House, action: str) -> list[str]:
    found = house.api("auditor").get("/api/v1/audit/entries", query_string={"action": action})
    return [entry["sentence"] for entry in found.json["items"]]


def test_until_somebody_says_otherwise_seven_years_stay(north: House) -> None:
    assert north.api("auditor").get(RETENTION).json == {
        "keep_years": 7, "floor_years": 2, "legal_hold": False, "hold_reason": "",
        "held_since": None, "held_by": "",
    }  # fmt: skip


def test_an_admin_says_how_long_and_the_trail_tells_before_and_after(north: House) -> None:
    admin = north.api("admin")
    assert admin.patch(RETENTION, json={"keep_years": 10}).json["keep_years"] == 10
    assert admin.patch(RETENTION, json={"keep_years": 10}).status_code == 200
    (told,) = sentences(north, "audit.retention_changed")
    assert "from 7 to 10 years" in told


@pytest.mark.parametrize("years", [0, 1, 101, "many"])
def test_nothing_below_the_floor(north: House, years: Any) -> None:
    refused = north.api("admin").patch(RETENTION, json={"keep_years": years})
    assert refused.status_code == 422
    assert refused.json["errors"][0]["field"] == "keep_years"
    assert north.api("admin").get(RETENTION).json["keep_years"] == 7


def test_a_hold_is_begun_once_and_lifted_with_a_reason(north: House) -> None:
    admin = north.api("admin")
    held = admin.post(f"{RETENTION}/hold", json=WHY).json
    assert (held["legal_hold"], held["hold_reason"]) == (True, WHY["reason"])
    assert held["held_by"] == "Ada Admin"
    again = admin.post(f"{RETENTION}/hold", json=WHY)
    assert (again.status_code, again.json["code"]) == (409, "legal_hold")
    shorter = admin.patch(RETENTION, json={"keep_years": 2})
    assert (shorter.status_code, shorter.json["code"]) == (409, "legal_hold")
    assert admin.post(f"{RETENTION}/release", json={"reason": ""}).status_code == 422
    lifted = admin.post(f"{RETENTION}/release", json={"reason": "settled"}).json
    assert (lifted["legal_hold"], lifted["hold_reason"]) == (False, "")
    none = admin.post(f"{RETENTION}/release", json=WHY)
    assert (none.status_code, none.json["code"]) == (409, "no_legal_hold")
    assert WHY["reason"] in sentences(north, "audit.held")[0]
    assert "settled" in sentences(north, "audit.released")[0]


@pytest.mark.parametrize("role", ["auditor", "librarian"])
def test_only_admins_change_it(north: House, role: str) -> None:
    api = north.api(role)
    assert api.patch(RETENTION, json={"keep_years": 9}).status_code == 403
    assert api.post(f"{RETENTION}/hold", json=WHY).status_code == 403
    assert api.post(f"{RETENTION}/release", json=WHY).status_code == 403


def test_another_organisation_is_left_alone(north: House, harbour: House) -> None:
    north.api("admin").post(f"{RETENTION}/hold", json=WHY)
    assert not harbour.api("auditor").get(RETENTION).json["legal_hold"]
    assert harbour.api("auditor").get("/api/v1/audit/archives").json["items"] == []


def test_an_organisation_on_hold_is_not_purged_though_it_closes(north: House) -> None:
    ending.close(north)
    admin = north.api("admin")
    assert admin.post(f"{RETENTION}/hold", json=WHY).status_code == 200  # read-only by now
    ending.end_days(north)
    with pytest.raises(PurgeHindered, match="legal hold"):
        ending.go_on(north)
    assert ending.standing(north).status is Status.CLOSING
    assert admin.post(f"{RETENTION}/release", json=WHY).status_code == 200
    ending.go_on(north)
    assert ending.standing(north).status is Status.PURGED


def test_a_year_may_leave_once_whole_years_lie_between() -> None:
    now = clock.now().replace(year=2026, month=1, day=1)
    assert [queries.may_leave(year, 2, now) for year in (2022, 2023, 2024, 2026)] == [
        True, True, False, False
    ]  # fmt: skip


def test_the_page_shows_and_changes_it(north: House) -> None:
    admin = visit(north, "admin")
    assert "7 years" in admin.get("/audit/retention").text
    assert admin.post("/audit/retention", {"keep_years": "9"}).status_code == 303
    refused = admin.post("/audit/retention", {"keep_years": "1"})
    assert refused.status_code == 422
    assert "the least that are kept here" in refused.text
    assert admin.post("/audit/retention/hold", WHY).status_code == 303
    assert WHY["reason"] in admin.get("/audit/retention").text
    assert admin.post("/audit/retention/release", WHY).status_code == 303
    page = visit(north, "auditor").get("/audit/retention").text
    assert "9 years" in page
    assert "<form" not in page.partition("<main")[2].partition("</main>")[0]


def test_no_setting_and_no_flag_switches_the_trail_off() -> None:
    """What a setting names of it is listed here; no flag gates it, and every session is watched."""
    about = {name for name in Settings.model_fields if "audit" in name or "histor" in name}
    assert about == {"audit_retention_floor_years"}
    with pytest.raises(ConfigurationError, match="AUDIT_RETENTION_FLOOR_YEARS"):
        load(STACKROOM_ENV="testing", audit_retention_floor_years=0)
    assert not [flag for flag in FLAGS.values() if re.search("audit|histor", flag.gates)]
    assert sa.event.contains(WalledSession, "before_commit", writer._write)
