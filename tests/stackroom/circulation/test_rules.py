"""Which of the rules that match governs."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackroom.circulation.errors import Refused
from stackroom.circulation.models import CirculationRule, LoanPolicy
from stackroom.circulation.rules import choose

GIVEN = st.booleans()


def rule(library: bool = False, category: bool = False, item_type: bool = False) -> CirculationRule:
    return CirculationRule(
        id=uuid4(),
        library_id=uuid4() if library else None,
        patron_category_id=uuid4() if category else None,
        item_type_id=uuid4() if item_type else None,
        loan_policy=LoanPolicy(name="Standard loan"),
    )


def test_library_beats_category_beats_item_type() -> None:
    everything, item_type, category = rule(), rule(item_type=True), rule(category=True)
    both, library = rule(category=True, item_type=True), rule(library=True)
    resolution = choose([everything, both, item_type, library, category])
    assert [resolution.rule, *resolution.losers] == [
        library, both, category, item_type, everything,
    ]  # fmt: skip


def test_of_equal_rules_the_oldest_governs() -> None:
    first, second = rule(category=True), rule(category=True)
    first.id, second.id = UUID(int=1), UUID(int=2)
    assert choose([second, first]).rule is first


@given(st.lists(st.builds(rule, GIVEN, GIVEN, GIVEN), min_size=1))
def test_the_order_of_the_rows_does_not_matter(rules: list[CirculationRule]) -> None:
    assert choose(rules).rule is choose(list(reversed(rules))).rule


def test_the_choice_is_explained() -> None:
    assert choose([rule(), rule(library=True, item_type=True), rule()]).explain() == (
        "“Standard loan” applies, by the rule for this library and this item type; "
        "2 more general rules stood back."
    )


def test_no_rule_at_all_is_a_refusal() -> None:
    with pytest.raises(Refused) as refused:
        choose([])
    assert refused.value.code == "no_rule"
