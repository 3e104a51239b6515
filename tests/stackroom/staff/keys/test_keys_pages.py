"""API keys by page: name a program, make its key, copy it, replace it, revoke it."""

import re

from stackroom.testing.furnish import add_key
from stackroom.testing.house import Api, House
from stackroom.testing.visitor import Visitor, visit

KEYS, ACCOUNTS = "/organisation/api-keys", "/organisation/service-accounts"
TOKEN = re.compile(r"<code>(sr_[^<]+)</code>")


def add_account(admin: Visitor, name: str = "Website") -> str:
    answer = admin.post(f"{ACCOUNTS}/new", {"name": name, "description": "Shows new titles"})
    assert answer.status_code == 303
    return answer.location.partition("service_account_id=")[2]


def test_an_admin_makes_a_key_that_serves(north: House) -> None:
    admin = visit(north, "admin")
    assert "First name the program" in admin.get(f"{KEYS}/new").text
    owner = add_account(admin)
    page = admin.get(f"{KEYS}/new?service_account_id={owner}").text
    assert "Search the catalogue (bibs.read)" in page
    assert "staff.write" not in page
    form = {"service_account_id": owner, "name": "Live", "permissions": ["bibs.read"]}
    made = admin.post(f"{KEYS}/new", {**form, "addresses": "127.0.0.0/8\n::1"})
    assert made.status_code == 201
    assert made.headers["Cache-Control"] == "no-store"
    found = TOKEN.search(made.text)
    assert found
    program = Api(north.app.test_client(), north.tenant.host, found[1])
    assert program.get("/api/v1/bibs").status_code == 200
    assert found[1] not in admin.get(KEYS).text


def test_a_refused_form_names_the_fault_and_keeps_what_was_typed(north: House) -> None:
    admin = visit(north, "admin")
    form = {"service_account_id": add_account(admin), "name": "Live", "addresses": "nowhere"}
    answer = admin.post(f"{KEYS}/new", {**form, "permissions": ["bibs.read"]})
    assert answer.status_code == 422
    assert re.search(r'id="field-addresses-error">[^<]*“nowhere” is no address', answer.text)
    assert 'value="Live"' in answer.text
    without = admin.post(f"{KEYS}/new", form | {"addresses": ""})
    assert without.status_code == 422
    assert re.search(r'id="field-permissions-error">[^<]+<', without.text)


def test_a_key_is_replaced_and_revoked_on_its_page(north: House) -> None:
    path = f"{KEYS}/{add_key(north.api('admin'), ['bibs.read'])['id']}"
    admin = visit(north, "admin")
    page = admin.get(path).text
    assert "Search the catalogue (bibs.read)" in page
    assert "Everywhere" in page
    refused = admin.post(f"{path}/rotations", {"overlap_hours": "9999"})
    assert refused.status_code == 422
    assert "Use 168 or less" in refused.text
    made = admin.post(f"{path}/rotations", {"overlap_hours": "2"})
    assert made.status_code == 201
    assert TOKEN.search(made.text)
    assert "Replaced" in admin.get(path).text
    again = admin.post(f"{path}/rotations", {"overlap_hours": "2"})
    assert again.status_code == 409
    assert "make a new one" in again.text
    assert admin.post(f"{path}/revoke").location == KEYS
    assert "is revoked" in admin.get(KEYS).text
    assert "Revoke it" not in admin.get(path).text


def test_a_service_account_is_changed_and_closed_on_its_page(north: House) -> None:
    admin = visit(north, "admin")
    assert "No service account yet" in admin.get(ACCOUNTS).text
    path = f"{ACCOUNTS}/{add_account(admin)}"
    other = add_account(admin, "Kiosk")
    assert "Shows new titles" in admin.get(path).text
    assert admin.post(path, {"name": "Web shop"}).status_code == 303
    taken = admin.post(path, {"name": "Kiosk"})
    assert taken.status_code == 409
    assert re.search(r'id="field-name-error">A service account has this name', taken.text)
    assert admin.post(f"{ACCOUNTS}/{other}/close").location == ACCOUNTS
    closed = admin.get(f"{ACCOUNTS}/{other}")
    assert (closed.status_code, "Closed " in closed.text) == (200, True)
    listed = admin.get(ACCOUNTS).text
    assert "Web shop" in listed
    assert "Closed" in listed
    assert "Make a key" not in admin.get(f"{ACCOUNTS}/{other}").text


def test_the_admin_sees_that_a_maker_may_do_less_now(north: House) -> None:
    person = north.api("librarian").get("/api/v1/me").json["id"]
    admin = north.api("admin")
    admin.patch(f"/api/v1/staff/{person}", json={"roles": ["admin"]})
    made = add_key(north.api("librarian"), ["bibs.read", "domains.write"])
    assert "Maker may no more" not in visit(north, "admin").get(KEYS).text
    admin.patch(f"/api/v1/staff/{person}", json={"roles": ["librarian"]})
    visitor = visit(north, "admin")
    assert "Maker may no more" in visitor.get(KEYS).text
    page = visitor.get(f"{KEYS}/{made['id']}").text
    assert "may no more do this: domains.write." in page


def test_an_auditor_looks_and_changes_nothing(north: House) -> None:
    made = add_key(north.api("admin"), ["bibs.read"])
    auditor = visit(north, "auditor")
    for path in (KEYS, f"{KEYS}/{made['id']}", ACCOUNTS):
        page = auditor.get(path)
        assert page.status_code == 200
        assert "Make a key" not in page.text
        assert "Revoke" not in page.text
    owner = f"{ACCOUNTS}/{made['service_account_id']}"
    assert 'name="description"' not in auditor.get(owner).text
    for path in (f"{KEYS}/new", f"{KEYS}/{made['id']}/revoke", f"{owner}/close", owner):
        assert auditor.post(path, {}).status_code == 403
    assert visit(north, "librarian").get(KEYS).status_code == 403


def test_keys_of_another_organisation_are_not_found(north: House, harbour: House) -> None:
    theirs = add_key(harbour.api("admin"), ["bibs.read"])
    admin = visit(north, "admin")
    for path in (
        f"{KEYS}/{theirs['id']}",
        f"{ACCOUNTS}/{theirs['service_account_id']}",
    ):
        assert admin.get(path).status_code == 404
    assert admin.post(f"{KEYS}/{theirs['id']}/revoke").status_code == 404
