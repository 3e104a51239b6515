"""An independent client asks all that the standards ask for, of the app itself."""

import pytest
from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_tester import check_server
from scim2_tester.utils import CheckResult, Status

from stackroom.core.http import Stackroom
from stackroom.testing.furnish import add_key
from stackroom.testing.house import open_house

BAD = {Status.ERROR, Status.CRITICAL, Status.DEVIATION}
ALWAYS_SAID = "PATCH modify() did not remove attribute 'active'"
"""An account is open or closed; there is no third state in which it could say nothing."""


@pytest.fixture(scope="module")
def results(app: Stackroom) -> list[CheckResult]:
    house = open_house(app, "north")
    token = add_key(house.api("admin"), ["directory.write"])["token"]
    client = WSGISCIMClient(
        app,
        base_url=f"http://{house.tenant.host}/api/scim/v2",
        headers={"Authorization": f"Bearer {token}"},
    )
    return check_server(client)


def test_nothing_departs_from_the_standards_but_one(results: list[CheckResult]) -> None:
    told = [each.reason for each in results if each.status in BAD]
    assert told == [ALWAYS_SAID]


def test_all_of_it_was_asked(results: list[CheckResult]) -> None:
    passed = {(each.title, each.resource_type) for each in results if each.status not in BAD}
    for kind in ("User", "Group"):
        for title in (
            "object_creation", "object_query", "object_query_without_id", "object_replacement",
            "object_query_with_attributes", "object_list_with_attributes", "object_deletion",
            "check_add_attribute", "check_remove_attribute", "check_replace_attribute",
        ):  # fmt: skip
            assert (title, kind) in passed
    assert len([each for each in results if each.status is Status.SUCCESS]) > 60
