"""Webhooks by page: add one, copy its secret, test it, look, send again, replace, remove."""

import re

from stackroom.testing.delivering import Hook, add_hook
from stackroom.testing.house import House
from stackroom.testing.receiver import Receiver
from stackroom.testing.visitor import visit

PAGE = "/audit/webhooks"
SECRET = re.compile(r"<code>(whsec_[^<]+)</code>")


def test_an_admin_adds_one_and_sees_its_secret_once(north: House) -> None:
    admin = visit(north, "admin")
    assert "No webhook yet" in admin.get(PAGE).text
    admin.get(f"{PAGE}/new")
    form = {
        "name": "SIEM",
        "url": "https://siem.example/",
        "format": "ocsf",
        "actions": "auth.\nbib.",
    }
    made = admin.post(f"{PAGE}/new", form)
    assert made.status_code == 201
    assert made.headers["Cache-Control"] == "no-store"
    found = SECRET.search(made.text)
    assert found
    listed = admin.get(PAGE).text
    assert found[1] not in listed
    assert "auth., bib." in listed


def test_a_refused_form_names_the_fault(north: House) -> None:
    admin = visit(north, "admin")
    form = {"name": "SIEM", "url": "http://siem.example/", "format": "ocsf"}
    refused = admin.post(f"{PAGE}/new", form)
    assert refused.status_code == 422
    assert re.search(r'id="field-url-error">[^<]*must begin with https', refused.text)
    refused = admin.post(f"{PAGE}/new", form | {"url": "https://x.example", "actions": "Not so"})
    assert re.search(r'id="field-actions-error">[^<]*begins no action', refused.text)


def test_it_is_tested_looked_at_and_changed(hook: Hook, siem: Receiver) -> None:
    admin, path = visit(hook.house, "admin"), f"{PAGE}/{hook.id}"
    assert "Nothing was sent" in admin.get(path).text
    sent = admin.post(f"{path}/tests")
    assert "None is kept" in admin.get(sent.location).text
    siem.status, siem.says = 500, "no <b>room</b>"
    hook.house.deliver()
    looked = admin.get(sent.location).text
    assert "no &lt;b&gt;room&lt;/b&gt;" in looked
    assert "Given up" in looked
    siem.status = 200
    assert admin.post(f"{sent.location}/replays").location == sent.location
    hook.house.deliver()
    assert "Delivered" in admin.get(sent.location).text
    again = admin.post(f"{sent.location}/replays")
    assert again.status_code == 409
    form = {"name": "Renamed", "url": siem.url, "format": "stackroom", "actions": ""}
    assert 'value="SIEM"' in admin.get(f"{path}/edit").text
    assert admin.post(f"{path}/edit", form).location == path
    page = admin.get(f"{path}?outcome=dead").text
    assert "Renamed" in page
    assert "Nothing was given up" in page


def test_it_is_paused_resumed_and_set_going_again(hook: Hook) -> None:
    admin, path = visit(hook.house, "admin"), f"{PAGE}/{hook.id}"
    admin.post(f"{path}/pause")
    assert "Resume" in admin.get(path).text
    admin.post(f"{path}/resume")
    hook.happen()
    hook.work()
    assert admin.post(f"{path}/replays", {"since": "2026-01-01"}).location == path
    assert "transactions are sent again" in admin.get(path).text
    refused = admin.post(f"{path}/replays", {"since": "never"})
    assert refused.status_code == 422


def test_its_secret_is_replaced_and_it_is_removed(hook: Hook) -> None:
    admin, path = visit(hook.house, "admin"), f"{PAGE}/{hook.id}"
    refused = admin.post(f"{path}/secrets", {"overlap_hours": "999"})
    assert refused.status_code == 422
    made = admin.post(f"{path}/secrets", {"overlap_hours": "5"})
    assert SECRET.search(made.text)
    assert "The old secret signs until" in admin.get(path).text
    assert admin.post(f"{path}/remove").location == PAGE
    assert admin.get(path).status_code == 404


def test_others_see_nothing_of_it(hook: Hook, harbour: House) -> None:
    theirs = add_hook(harbour, "https://siem.example/")
    admin = visit(hook.house, "admin")
    assert admin.get(f"{PAGE}/{theirs.id}").status_code == 404
    auditor = visit(hook.house, "auditor")
    for path in (PAGE, f"{PAGE}/new", f"{PAGE}/{hook.id}", f"{PAGE}/{hook.id}/edit"):
        assert auditor.get(path).status_code == 403
