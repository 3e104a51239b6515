"""Asking for reports: at once or by the worker, kept for good, for those who may."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from stackroom.audit.versioning import history_tables
from stackroom.core import clock
from stackroom.core.features import registry
from stackroom.oversight.reports.models import ControlResult, ControlRun
from stackroom.testing.house import House
from stackroom.testing.reports import PATH, Auditing

PAPERS = {"control_results", "control_samples", "control_notes", "control_sign_offs"}
CONTROL = "staff.role_changes"


def test_every_control_says_what_it_checks_and_runs_with_its_defaults(audit: Auditing) -> None:
    items = audit.api().get(f"{PATH}/controls").json["items"]
    assert {each["key"] for each in items} == {each.key for each in registry.controls}
    assert len(items) == 9
    for each in items:
        assert len(each["why"]) > 20
        for rule in each["parameters"]["properties"].values():
            assert {"title", "description", "default"} <= rule.keys()
        run = audit.run(each["key"])
        assert run["state"] == "ready", each["key"]
        assert run["looked_at"] is not None
    assert all(each["last_run"] for each in audit.api().get(f"{PATH}/controls").json["items"])


def test_a_run_is_kept_with_its_span_and_told_in_the_trail(audit: Auditing) -> None:
    run = audit.run(CONTROL, parameters={"own_only": True})
    assert audit.api().get(f"{PATH}/runs/{run['id']}").json == run
    assert run["parameters"] == {"own_only": True}
    assert (run["since"], run["time_zone"]) == ("2026-02-28T23:00:00Z", "Europe/Zurich")
    assert run["until"] == "2026-03-31T22:00:00Z"  # summer time began in between
    assert len(run["sha256"]) == 64
    listed = audit.api().get(f"{PATH}/runs?control={CONTROL}").json["items"]
    assert [each["id"] for each in listed] == [run["id"]]
    asked = audit.told("control.asked")[0].data or {}
    assert asked["span"] == "2026-03-01 to 2026-03-31"
    assert len(audit.told("control.finished")) == 1


def test_a_span_never_ends_in_the_future(audit: Auditing) -> None:
    today = clock.now().date()
    run = audit.run(CONTROL, since=str(today - timedelta(days=2)), until=str(today))
    assert run["until"] <= clock.now().isoformat()
    later = audit.ask(CONTROL, since="2089-01-01", until="2089-01-02")
    assert (later.status_code, later.json["errors"][0]["field"]) == (422, "since")


def test_a_long_span_is_made_by_the_worker(audit: Auditing) -> None:
    run = audit.run(CONTROL, since="2025-01-01")
    assert (run["state"], run["found"]) == ("queued", None)
    page = audit.api().get(f"{PATH}/runs/{run['id']}/findings")
    assert (page.status_code, page.json["code"]) == (409, "report_not_ready")
    audit.house.deliver()
    made = audit.api().get(f"{PATH}/runs/{run['id']}").json
    assert (made["state"], made["found"]) == ("ready", 0)


def test_the_worker_makes_nothing_for_whoever_lost_the_right(audit: Auditing) -> None:
    run = audit.run(CONTROL, since="2025-01-01")
    with audit.house.work("admin"):
        audit.house.account("auditor").active = False
    audit.house.deliver()
    failed = audit.api("admin").get(f"{PATH}/runs/{run['id']}").json
    assert failed["state"] == "failed"
    assert "may no longer run reports" in failed["detail"]
    assert len(audit.told("control.failed")) == 1


def test_what_breaks_fails_the_run_and_is_told(audit: Auditing) -> None:
    run = audit.run(CONTROL, since="2025-01-01")
    with audit.house.work("admin") as session:
        session.query(ControlRun).one().control = "gone"
    audit.house.deliver()
    failed = audit.api().get(f"{PATH}/runs/{run['id']}").json
    assert (failed["state"], failed["detail"][:15]) == ("failed", "Something broke")


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"control": "nothing"}, "control"),
        ({"parameters": {"threshold": 99}, "control": "circulation.overrides"}, "parameters"),
        ({"parameters": {"misspelt": 1}}, "parameters.misspelt"),
        ({"library": "main"}, "library"),
        ({"library": "nowhere", "control": "circulation.overrides"}, "library"),
        ({"since": "2020-01-01"}, "since"),
        ({"since": "2026-04-01"}, ""),
        ({"control": "staff.out_of_hours", "parameters": {"opens": "22:00"}}, "parameters"),
    ],
)
def test_a_faulty_question_names_the_field(
    audit: Auditing, asked: dict[str, Any], field: str
) -> None:
    answer = audit.ask(asked.pop("control", CONTROL), **asked)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"].startswith(field)
    assert answer.json["errors"][0]["message"]


@pytest.mark.parametrize("role", ["librarian", "patron"])
def test_others_neither_run_nor_read(audit: Auditing, role: str) -> None:
    run = audit.run(CONTROL)
    assert audit.ask(CONTROL, who=role).status_code == 403
    for path in ("controls", "runs", f"runs/{run['id']}", f"runs/{run['id']}/notes", "samples"):
        assert audit.api(role).get(f"{PATH}/{path}").status_code == 403


def test_another_organisation_finds_nothing(audit: Auditing, harbour: House) -> None:
    run = audit.run(CONTROL)
    elsewhere = Auditing(harbour).api("admin")
    for path in ("", "/findings", "/file", "/sign-offs"):
        assert elsewhere.get(f"{PATH}/runs/{run['id']}{path}").status_code == 404
    assert (
        elsewhere.post(f"{PATH}/runs/{run['id']}/notes", json={"text": "Ours"}).status_code == 404
    )
    assert elsewhere.post(f"{PATH}/samples", json={"control_run_id": run["id"]}).status_code == 404


def test_what_was_found_cannot_be_changed(audit: Auditing) -> None:
    audit.run(CONTROL)
    with pytest.raises(DBAPIError), audit.house.work("admin") as session:
        session.query(ControlResult).one().found = 5
    assert history_tables() >= PAPERS
