"""Those who watch the trail hear that it has grown, and fetch it by the API."""

from collections.abc import Callable

from stackroom.catalogue.models import ItemType
from stackroom.testing.house import House
from stackroom.testing.listening import Listener

Listen = Callable[..., Listener]
NEWS = "audit"


def join(listener: Listener, house: House) -> object:
    return listener.join(NEWS, house.tenant.uuid)


def test_a_committed_change_is_heard_once_and_found_behind_the_last(
    north: House, listen: Listen
) -> None:
    auditor = north.api("auditor")
    listener = listen(north)
    assert join(listener, north) == {"joined": NEWS}
    (last,) = auditor.get("/api/v1/audit/entries?per_page=1").json["items"]
    with north.work() as session:
        session.add_all([ItemType(code=code, name=code) for code in "ab"])
    heard = listener.hear()
    assert set(heard["data"]) == {"up_to"}  # nothing of what was done
    query = {"after": last["id"]}
    found = auditor.get("/api/v1/audit/entries", query_string=query).json["items"]
    assert [each["action"] for each in found] == ["item_type.created"] * 2
    assert heard["data"]["up_to"].partition("-")[0] == found[0]["id"].partition("-")[0]
    assert listener.news.empty()


def test_what_was_rolled_back_is_not_told(north: House, listen: Listen) -> None:
    listener = listen(north)
    join(listener, north)
    with north.work() as session:
        session.add(ItemType(code="a", name="A"))
        session.rollback()
    with north.work() as session:
        session.add(ItemType(code="b", name="B"))
    listener.hear()
    assert listener.news.empty()


def test_nobody_hears_of_another_organisation(north: House, harbour: House, listen: Listen) -> None:
    listener = listen(harbour)
    assert join(listener, north) == {"error": "not found"}
    assert join(listener, harbour) == {"joined": NEWS}
    with north.work() as session:
        session.add(ItemType(code="a", name="A"))
    with harbour.work() as session:
        session.add(ItemType(code="b", name="B"))
    listener.hear()
    assert listener.news.empty()


def test_whoever_may_not_read_the_trail_does_not_hear_of_it(north: House, listen: Listen) -> None:
    assert join(listen(north, "librarian"), north) == {"error": "not found"}


def test_the_page_shows_the_newest_lines_and_keeps_the_filters(north: House) -> None:
    with north.work() as session:
        session.add_all([ItemType(code="a", name="Atlas"), ItemType(code="m", name="Map")])
    page = north.api("auditor").get("/audit/live?q=atlas")
    assert 'data-island="audit-tail"' in page.text
    assert "&#34;q&#34;: &#34;atlas&#34;" in page.text
    assert "“Atlas”" in page.text
    assert "“Map”" not in page.text
    assert north.api("auditor").get("/audit/live?action=bib").status_code == 422
    assert north.api("librarian").get("/audit/live").status_code == 403
