"""Both organisations send the same Idempotency-Key. Neither gets the other's answer, even where the
two callers have the same id."""

from datetime import timedelta
from uuid import uuid4

import pytest

from stackroom.core.database import db
from stackroom.core.idempotency import REPLAYED
from stackroom.staff import sign_in, tokens
from stackroom.staff.models import Account, RoleGrant
from stackroom.testing.house import Api, House
from stackroom.testing.isolation.neighbours import Neighbours

KEY = {"Idempotency-Key": "the-very-same"}
TWIN = uuid4()


def twin(house: House) -> Api:
    """Somebody with an id that somebody has in the other organisation too."""
    with house.work("admin"):
        mail = f"twin@{house.tenant.slug}.example"
        account = Account(id=TWIN, email=mail, name="Twin", password_hash="!")
        account.grants = [RoleGrant(role="librarian")]
        db.session.add(account)
    with house.work("admin"):
        found = db.session.get_one(Account, (house.tenant.id, TWIN))
        opened = sign_in.open_session(found, timedelta(hours=1))
        token = tokens.issue(TWIN, opened.session.id, timedelta(hours=1))
    return Api(house.app.test_client(), house.tenant.host, token)


@pytest.fixture(scope="module")
def twins(two: Neighbours) -> tuple[Api, Api]:
    return twin(two.north), twin(two.harbour)


def test_the_same_key_is_another_key_elsewhere(twins: tuple[Api, Api]) -> None:
    made = [api.post("/api/v1/bibs", json={"title": "Emma"}, headers=KEY) for api in twins]
    assert [answer.status_code for answer in made] == [201, 201]
    assert not [answer for answer in made if REPLAYED in answer.headers]
    assert made[0].json["id"] != made[1].json["id"]


def test_a_second_try_gets_its_own_first_answer(twins: tuple[Api, Api]) -> None:
    first = [api.post("/api/v1/bibs", json={"title": "Emma"}, headers=KEY) for api in twins]
    again = [api.post("/api/v1/bibs", json={"title": "Emma"}, headers=KEY) for api in twins]
    assert [answer.headers[REPLAYED] for answer in again] == ["true", "true"]
    assert [a.data for a in again] == [f.data for f in first]
    assert again[0].json["id"] != again[1].json["id"]


def test_a_key_that_they_have_used_otherwise_is_no_conflict(twins: tuple[Api, Api]) -> None:
    """A conflict would tell that somebody has used the key."""
    ours, theirs = twins
    key = {"Idempotency-Key": "used-by-them"}
    assert theirs.post("/api/v1/bibs", json={"title": "Sanditon"}, headers=key).status_code == 201
    ours_first = ours.post("/api/v1/bibs", json={"title": "Persuasion"}, headers=key)
    assert ours_first.status_code == 201
    assert ours_first.json["title"] == "Persuasion"
