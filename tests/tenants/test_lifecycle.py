import pytest

from tenants.lifecycle import TRANSITIONS, IllegalTransition, Status, step


@pytest.mark.parametrize("present", Status)
@pytest.mark.parametrize("wanted", Status)
def test_only_the_steps_of_the_table_are_taken(present: Status, wanted: Status) -> None:
    if wanted in TRANSITIONS[present]:
        assert step(present, wanted) is wanted
    else:
        with pytest.raises(IllegalTransition, match=present):
            step(present, wanted)
