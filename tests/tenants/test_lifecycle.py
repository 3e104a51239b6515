"""Every act in every state, and what holds after any row of them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.lifecycle import (
    SERVING,
    STEPS,
    WRITING,
    Act,
    IllegalAct,
    Status,
)
from tenants.models import Organisation
from tenants.slugs import SHAPE

AT = datetime(2026, 3, 28, 10, tzinfo=UTC)
ACTS: dict[Act, Callable[[Organisation], None]] = {
    Act.OPEN: Organisation.open,
    Act.SUSPEND: lambda it: it.suspend("unpaid"),
    Act.RESUME: Organisation.resume,
    Act.CLOSE: lambda it: it.close("moved", at=AT, days=30),
    Act.REOPEN: Organisation.reopen,
    Act.PURGE: lambda it: it.purge(at=AT),
}


def organisation(status: Status = Status.PROVISIONING) -> Organisation:
    return Organisation(
        id=1, slug="north", host="north.localhost", name="North", status=status,
        suspended_reason="", closing_reason="",
    )  # fmt: skip


@pytest.mark.parametrize("present", Status)
@pytest.mark.parametrize("act", Act)
def test_only_the_acts_of_the_table_are_done(present: Status, act: Act) -> None:
    it = organisation(present)
    if present in STEPS[act]:
        ACTS[act](it)
        assert it.status in STEPS[act][present]
    else:
        with pytest.raises(IllegalAct, match=f"that is {present} cannot be"):
            ACTS[act](it)
        assert it.status is present


def test_the_table_is_the_design() -> None:
    """DOMAIN 4.13, spelt out once more: a slip in the table is seen here."""
    taken = {(a, b) for steps in STEPS.values() for a, after in steps.items() for b in after}
    assert taken == {
        ("provisioning", "active"),
        ("active", "suspended"),
        ("suspended", "active"),
        ("active", "closing"),
        ("suspended", "closing"),
        ("closing", "active"),
        ("closing", "suspended"),
        ("closing", "purged"),
    }
    assert Status.PURGED not in SERVING
    assert {Status.PROVISIONING} == WRITING - SERVING


@given(st.lists(st.sampled_from(Act), max_size=30))
def test_whatever_is_tried_in_whatever_order_the_facts_fit_the_state(acts: list[Act]) -> None:
    it = organisation()
    held = ""  # by a suspension that nobody has ended
    for act in acts:
        before = it.status
        try:
            ACTS[act](it)
        except IllegalAct:
            assert it.status is before
            continue
        held = {Act.SUSPEND: "unpaid", Act.RESUME: "", Act.PURGE: ""}.get(act, held)
        assert before is not Status.PURGED
        assert it.suspended_reason == held
        assert (it.status is Status.SUSPENDED) <= bool(held)
        assert not (held and it.status in WRITING)
        assert (it.closes_at == AT + timedelta(days=30)) == (
            it.status in (Status.CLOSING, Status.PURGED)
        )
        assert (it.purged_at == AT) == (it.status is Status.PURGED)


def test_closing_and_reopening_does_not_lift_a_suspension() -> None:
    it = organisation(Status.ACTIVE)
    it.suspend("unpaid")
    it.close("as a way out", at=AT, days=30)
    assert it.as_tenant().reason == "as a way out"
    it.reopen()
    assert (it.status, it.as_tenant().reason) == (Status.SUSPENDED, "unpaid")


def test_nobody_is_suspended_without_a_reason() -> None:
    with pytest.raises(ValueError, match="say why"):
        organisation(Status.ACTIVE).suspend("")


def test_a_tombstone_is_no_address_that_could_be_taken() -> None:
    it = organisation(Status.CLOSING)
    it.purge(at=AT)
    assert not SHAPE.fullmatch(it.slug)
    assert "north" not in f"{it.slug} {it.host} {it.name}".lower()
