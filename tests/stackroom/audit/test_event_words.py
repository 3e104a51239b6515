"""How the sentence of an event is filled."""

import pytest

from stackroom.audit.events import EventType


@pytest.mark.parametrize(
    ("sentence", "data", "told"),
    [
        ("ended {keys:key|keys}", {"keys": 1}, "ended 1 key"),
        ("ended {keys:key|keys}", {"keys": 0}, "ended 0 keys"),
        ("decided: {after:words}", {"after": "last_admin"}, "decided: last admin"),
        ("wrote to {email}", {"email": "a_b@x.example"}, "wrote to a_b@x.example"),
        ("renamed {subject} from {before}", {}, "renamed Emma from ?"),
        ("ended {keys:key|keys} of {subject}", {}, "ended ? keys of Emma"),
    ],
)
def test_counts_states_and_what_is_missing(
    sentence: str, data: dict[str, object], told: str
) -> None:
    event = EventType("test", "bib", sentence)
    assert event.tell("Emma", data) == told
    assert "subject" not in event.fields
