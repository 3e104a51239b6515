"""A version comes back as a new one: with a reason, a preview, and what hangs on it."""

from dataclasses import replace
from uuid import uuid4

import pytest

from stackroom.audit.versioning import versioned_models
from stackroom.core.features import Restorer, registry
from stackroom.core.http import Stackroom
from stackroom.plans.registry import PLANS
from stackroom.testing.house import open_house
from stackroom.testing.past import AUDIT, Past
from stackroom.testing.visitor import visit


@pytest.mark.parametrize("model", versioned_models(), ids=lambda model: model.__name__)
def test_each_kind_says_how_it_is_restored_or_why_not(model: type) -> None:
    found = registry.restorer(model)
    assert isinstance(found, Restorer) or len(found) > 20


def test_a_version_comes_back_as_a_new_one(past: Past) -> None:
    bib = past.add_bib("Kalevala", isbns=["9780441478125"])
    version = past.version("bib", bib)
    past.api("librarian").patch(f"/api/v1/bibs/{bib}", json={"title": "X", "isbns": []})
    answer = past.restore("bib", bib, version)
    assert answer.status_code == 200, answer.text
    read = past.api("librarian").get(f"/api/v1/bibs/{bib}")
    assert read.json["title"] == "Kalevala"
    assert answer.headers["ETag"] == read.headers["ETag"] == '"3"'
    assert past.version("bib", bib) != version
    assert found(past, "kalevala") == found(past, "9780441478125") == [bib]
    assert past.told("record.restored")[0]["version"] == version
    entry = past.api("auditor").get(f"{AUDIT}/entries?action=record.restored").json["items"][0]
    assert entry["reason"] == "It was right before."
    assert entry["subject"]["type"] == "bib"


def found(past: Past, words: str) -> list[str]:
    items = past.api("librarian").get("/api/v1/bibs", query_string={"q": words}).json["items"]
    return [each["id"] for each in items]


def test_a_dry_run_says_what_would_change_and_changes_nothing(past: Past) -> None:
    bib = past.add_bib()
    version = past.version("bib", bib)
    past.api("librarian").patch(f"/api/v1/bibs/{bib}", json={"title": "X"})
    answer = past.restore("bib", bib, version, dry_run=True)
    change = next(each for each in answer.json["changes"] if each["field"] == "title")
    assert (change["before"], change["after"]) == ("X", "Kalevala")
    assert answer.json["dry_run"]
    assert past.as_of("bib", bib).json["values"]["title"] == "X"
    assert past.told("record.restored") == []
    match = {"If-Match": answer.headers["ETag"]}
    assert past.restore("bib", bib, version, headers=match).status_code == 200


def test_what_changed_since_it_was_looked_at_is_not_overwritten(past: Past) -> None:
    bib = past.add_bib()
    version = past.version("bib", bib)
    past.api("librarian").patch(f"/api/v1/bibs/{bib}", json={"title": "X"})
    answer = past.restore("bib", bib, version, headers={"If-Match": '"1"'})
    assert answer.status_code == 412
    assert past.as_of("bib", bib).json["values"]["title"] == "X"


def test_a_deleted_title_comes_back_under_its_id(past: Past) -> None:
    bib = past.add_bib()
    librarian = past.api("librarian")
    librarian.delete(f"/api/v1/bibs/{bib}")
    assert found(past, "kalevala") == []
    assert past.restore("bib", bib, past.version("bib", bib)).status_code == 200
    assert librarian.get(f"/api/v1/bibs/{bib}").headers["ETag"] == '"2"'  # of no former life
    assert found(past, "kalevala") == [bib]


def test_a_place_comes_back_with_its_copy(past: Past) -> None:
    item = past.add_item(past.add_bib(), "K-1")
    place = past.as_of("item", item).json["values"]["holdings_id"]
    past.api("librarian").delete(f"/api/v1/items/{item}")
    preview = past.restore("holdings", place, past.version("holdings", place), dry_run=True).json
    assert [each["label"] for each in preview["along"]] == ["K-1"]
    assert past.restore("holdings", place, past.version("holdings", place)).status_code == 200
    assert not past.as_of("item", item).json["deleted"]
    assert len(past.told("record.restored")) == 2


def test_what_is_missing_is_named_with_the_remedy(past: Past) -> None:
    item = past.add_item(past.add_bib(), "K-1")
    past.api("librarian").delete(f"/api/v1/items/{item}")
    answer = past.restore("item", item, past.version("item", item), dry_run=True)
    obstacle = answer.json["obstacles"][0]
    assert "was deleted on" in obstacle["message"]
    assert "restore it first" in obstacle["message"]
    assert obstacle["first"]["kind"] == "holdings"
    answer = past.restore("item", item, past.version("item", item))
    assert (answer.status_code, answer.json["code"]) == (409, "restore_hindered")


def test_what_somebody_else_has_now_is_named(past: Past) -> None:
    bib = past.add_bib()
    item = past.add_item(bib, "K-1")
    version = past.version("item", item)
    past.api("librarian").patch(f"/api/v1/items/{item}", json={"barcode": "K-9"})
    past.add_item(bib, "K-1")
    answer = past.restore("item", item, version)
    assert answer.status_code == 409
    assert "The barcode “K-1” is that of the copy “K-1” now" in answer.json["detail"]


def test_where_a_copy_is_stays_with_circulation(past: Past) -> None:
    bib = past.add_bib()
    item = past.add_item(bib, "K-1")
    version = past.version("item", item)
    patron = past.api("librarian").post(
        "/api/v1/patrons", json={"name": "Tove Ek", "category": "adult", "barcode": "P-1"}
    )
    assert patron.status_code == 201
    lent = {"item_barcode": "K-1", "patron_barcode": "P-1"}
    assert past.api("librarian").post("/api/v1/loans", json=lent).status_code == 201
    answer = past.restore("item", item, version)
    assert (answer.status_code, answer.json["code"]) == (409, "nothing_to_restore")
    past.api("librarian").patch(f"/api/v1/items/{item}", json={"copy_number": "2"})
    assert past.restore("item", item, version).status_code == 200
    values = past.as_of("item", item).json["values"]
    assert (values["copy_number"], values["status"]) == ("", "checked_out")


def test_rights_are_never_restored_by_hand(past: Past) -> None:
    with past.house.work("admin"):
        account = str(past.house.account("librarian").id)
    answer = past.restore("account", account, past.version("account", account))
    assert (answer.status_code, answer.json["code"]) == (409, "not_restorable")
    assert "decided on the staff page" in answer.json["detail"]


def test_the_plan_bounds_what_comes_back(
    app: Stackroom, past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PLANS, "tiny", replace(PLANS["free"], key="tiny", items=1))
    tiny = Past(open_house(app, "tiny", plan="tiny"), past.importer)
    bib = tiny.add_bib()
    item = tiny.add_item(bib, "K-1")
    place = tiny.as_of("item", item).json["values"]["holdings_id"]
    tiny.api("librarian").delete(f"/api/v1/items/{item}")
    tiny.add_item(bib, "K-2")
    answer = tiny.restore("holdings", place, tiny.version("holdings", place))
    assert answer.json["code"] == "plan_limit_reached"
    assert tiny.as_of("holdings", place).json["deleted"]


@pytest.mark.parametrize(
    ("body", "field"),
    [({"reason": ""}, "reason"), ({"version": "last"}, "version")],
    ids=["no reason", "no number"],
)
def test_a_restore_says_what_is_missing(past: Past, body: dict[str, str], field: str) -> None:
    bib = past.add_bib()
    answer = past.restore("bib", bib, **{"version": past.version("bib", bib), **body})
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == field


def test_only_those_who_may_and_only_their_own(past: Past, app: Stackroom) -> None:
    bib = past.add_bib()
    version = past.version("bib", bib)
    past.api("librarian").patch(f"/api/v1/bibs/{bib}", json={"title": "X"})
    for role in ("auditor", "librarian"):
        assert past.restore("bib", bib, version, role).status_code == 403
    stranger = Past(open_house(app, "stranger"), past.importer)
    assert stranger.restore("bib", bib, version).status_code == 404
    assert past.restore("bib", bib, "17").status_code == 404
    assert past.restore("bib", str(uuid4()), version).status_code == 404
    assert past.as_of("bib", bib).json["values"]["title"] == "X"


def test_the_page_previews_then_restores(past: Past) -> None:
    bib = past.add_bib()
    version = past.version("bib", bib)
    past.api("librarian").patch(f"/api/v1/bibs/{bib}", json={"title": "X"})
    admin = visit(past.house, "admin")
    path = f"/audit/records/bib/{bib}/restore"
    assert f"version={version}" in admin.get(path).text
    preview = admin.get(f"{path}?version={version}").text
    assert "Nothing has changed yet" in preview
    form = {"version": version, "revision": "2", "reason": ""}
    refused = admin.post(path, form)
    assert refused.status_code == 422
    assert 'id="field-reason-error"' in refused.text
    done = admin.post(path, {**form, "reason": "A slip."}, follow_redirects=True)
    assert "“Kalevala” is restored." in done.text
    stale = admin.post(path, {**form, "version": past.version("bib", bib), "reason": "Again"})
    assert stale.status_code == 409


def test_the_page_offers_what_must_come_first(past: Past) -> None:
    item = past.add_item(past.add_bib(), "K-1")
    past.api("librarian").delete(f"/api/v1/items/{item}")
    version = past.version("item", item)
    page = visit(past.house, "admin").get(f"/audit/records/item/{item}/restore?version={version}")
    assert "What stands in the way" in page.text
    assert "/audit/records/holdings/" in page.text
