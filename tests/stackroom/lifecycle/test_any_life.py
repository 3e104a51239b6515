"""Whatever is tried in whatever order: who is served, who writes, and what is left."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stackroom.core.errors import Problem
from stackroom.core.http import Stackroom
from stackroom.lifecycle import service
from stackroom.testing.ending import do, end_days, go_on, standing
from stackroom.testing.house import Api, House, open_house
from tenants.lifecycle import SERVING, STEPS, WRITING, Act, Status

ACTS: dict[Act, Callable[[House], object]] = {
    Act.SUSPEND: lambda house: do(house, lambda: service.suspend("unpaid")),
    Act.RESUME: lambda house: do(house, service.resume),
    Act.CLOSE: lambda house: do(house, lambda: service.close("moved", days=30)),
    Act.REOPEN: lambda house: do(house, service.reopen),
    Act.PURGE: go_on,
}
TRIED = st.lists(
    st.tuples(st.sampled_from(sorted(ACTS)), st.booleans()), min_size=3, max_size=9
)  # an act, and whether the days have passed before it


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(TRIED)
def test_the_edge_follows_the_state_and_the_state_the_table(
    app: Stackroom, tried: list[tuple[Act, bool]]
) -> None:
    house = open_house(app)
    writer, status, suspended, over = house.api("librarian"), Status.ACTIVE, False, False
    for act, days_pass in tried:
        if days_pass and status is Status.CLOSING:
            end_days(house)
            over = True
        legal = status in STEPS[act] and (act is not Act.PURGE or over)
        if legal:
            ACTS[act](house)
            suspended = {Act.SUSPEND: True, Act.RESUME: False}.get(act, suspended)
            status = _after(act, suspended=suspended)
            over = over and act is not Act.REOPEN
        elif status is not Status.PURGED:
            with pytest.raises(Problem):
                ACTS[act](house)
        assert standing(house).status is status
        assert _writes(writer) == (status in WRITING)
        assert _reads(writer) == (status in SERVING)


def _after(act: Act, *, suspended: bool) -> Status:
    if act is Act.REOPEN:
        return Status.SUSPENDED if suspended else Status.ACTIVE
    (only,) = frozenset[Status]().union(*STEPS[act].values())
    return only


def _writes(writer: Api) -> bool:
    answer = writer.post("/api/v1/bibs", json={"title": "One more"})
    assert answer.status_code in (201, 403, 404)
    return answer.status_code == 201


def _reads(reader: Api) -> bool:
    return reader.get("/api/v1/bibs").status_code == 200
