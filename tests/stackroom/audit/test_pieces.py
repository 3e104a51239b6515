"""What differs within one value."""

import pytest

from stackroom.audit.pieces import AROUND, LONG, Part, apart, members, words

TEXT = "The reader asked for the large print edition and was told that it comes in the spring."


def test_of_a_long_text_the_changed_words_are_told_between_what_stayed() -> None:
    found = words(TEXT, TEXT.replace("spring", "summer").replace("large ", ""))
    assert [part for part in found if part.before != part.after] == [
        Part("", " large", None), Part("", "spring", "summer"),
    ]  # fmt: skip
    assert "".join(part.before or "" for part in found).startswith(
        "The reader asked for the large print"
    )


def test_what_stayed_far_from_a_change_is_left_out() -> None:
    far = "x " * 200
    (change, rest) = words(f"old {far}", f"new {far}")
    assert (change.before, change.after) == ("old", "new")
    assert len(str(rest.after)) < 2 * AROUND + 10
    assert str(rest.after).endswith(" … ")


def test_a_very_long_text_is_told_by_lines() -> None:
    lines = [f"line {number} of the rules of this house\n" for number in range(200)]
    assert len("".join(lines)) > LONG
    changed = [*lines[:100], "a line of its own\n", *lines[100:]]
    found = words("".join(lines), "".join(changed))
    assert [part for part in found if part.before != part.after] == [
        Part("", None, "a line of its own\n")
    ]


@pytest.mark.parametrize(
    ("old", "new"), [("short", "shorter"), (TEXT, "short"), (TEXT, TEXT[::-1])]
)
def test_short_or_unlike_texts_are_told_whole(old: str, new: str) -> None:
    assert words(old, new) == ()


def test_of_a_list_it_is_told_what_came_what_went_and_what_changed_places() -> None:
    assert members(["a", "b", "c", "d"], ["d", "b", "c", "e"]) == (
        Part("", "a", None), Part("", None, "e"), Part("", "d", "d"),
    )  # fmt: skip


def test_a_member_that_is_there_twice_goes_once() -> None:
    assert apart(["a", "a", "b"], ["a", "b"]) == (["a"], [], [])
