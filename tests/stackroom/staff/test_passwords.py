"""What a password must be, and how it is kept."""

import pytest

from stackroom.core.errors import Invalid
from stackroom.staff import passwords
from stackroom.staff.passwords import Passwords

KNOWN = "ada@x.example"
CHEAP = Passwords(memory_kib=8, time=1)


@pytest.mark.parametrize(
    "weak", ["short", "x" * 201, "aaaaaaaaaaaa", "Password123", "ada@x.example"]
)
def test_a_weak_password_is_refused_for_its_field(weak: str) -> None:
    with pytest.raises(Invalid) as refused:
        passwords.check(weak, field="password", knows=(KNOWN,))
    assert refused.value.errors[0].field == "password"


@pytest.mark.parametrize("sound", ["a few quiet words", "пароль из слов", "x1y2z3x1y2"])
def test_a_sound_password_passes(sound: str) -> None:
    passwords.check(sound, knows=(KNOWN,))


def test_two_hashes_of_one_password_differ_and_both_fit() -> None:
    first, second = CHEAP.hash("a few quiet words"), CHEAP.hash("a few quiet words")
    assert first != second
    assert CHEAP.fits(first, "a few quiet words")
    assert CHEAP.fits(second, "a few quiet words")
    assert not CHEAP.fits(first, "a few other words")


@pytest.mark.parametrize("stored", ["", "not a hash"])
def test_nothing_fits_where_no_hash_is_stored(stored: str) -> None:
    assert not CHEAP.fits(stored, "nobody's password")


def test_a_hash_of_other_cost_is_outdated() -> None:
    assert Passwords(memory_kib=16, time=1).is_outdated(CHEAP.hash("a few quiet words"))
    assert not CHEAP.is_outdated(CHEAP.hash("a few quiet words"))
