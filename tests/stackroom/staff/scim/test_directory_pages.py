"""The page of the directory: how it is connected, and which roles its groups give."""

from uuid import uuid4

from stackroom.testing.directory import Directory, directory_of
from stackroom.testing.house import House
from stackroom.testing.visitor import visit

PAGE = "/organisation/directory"


def test_it_says_how_to_connect_before_there_is_anything(north: House) -> None:
    page = visit(north, "admin").get(PAGE).text
    assert f"http://{north.tenant.host}/api/scim/v2" in page
    assert "No group yet" in page


def test_an_admin_lets_a_group_give_a_role(north: House, directory: Directory) -> None:
    path = f"{PAGE}/groups/{directory.add_group('Front desk', directory.add_user('nia'))}"
    admin = visit(north, "admin")
    assert "no role" in admin.get(PAGE).text
    assert "nia@directory.example" in admin.get(path).text
    answer = admin.post(path, {"role": "circulation"})
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert "now gives: Circulation desk." in admin.get(PAGE).text
    people = north.api("admin").get("/api/v1/staff").json["items"]
    assert [each["roles"] for each in people if each["email"].startswith("nia")] == [
        ["circulation"]
    ]
    assert admin.post(path, {"role": "", "library_id": str(uuid4())}).status_code == 422
    wrong = admin.post(path, {"role": "king"})
    assert wrong.status_code == 422
    assert "There is no role “king”" in wrong.text


def test_an_auditor_reads_and_a_librarian_does_not(north: House, directory: Directory) -> None:
    path = f"{PAGE}/groups/{directory.add_group('Front desk')}"
    auditor = visit(north, "auditor")
    page = auditor.get(PAGE)
    assert page.status_code == 200
    assert path not in page.text
    assert auditor.get(path).status_code == 403
    assert auditor.post(path, {"role": "admin"}).status_code == 403
    assert visit(north, "librarian").get(PAGE).status_code == 403


def test_a_key_of_the_directory_does_not_map_its_own_groups(
    north: House, directory: Directory
) -> None:
    path = f"{PAGE}/groups/{directory.add_group('Front desk')}"
    assert directory.api.post(path, data={"role": "admin"}).status_code == 403


def test_a_neighbours_group_is_not_found(north: House, harbour: House) -> None:
    path = f"{PAGE}/groups/{directory_of(harbour).add_group('Cellar')}"
    admin = visit(north, "admin")
    assert admin.get(path).status_code == 404
    assert admin.post(path, {"role": "admin"}).status_code == 404
