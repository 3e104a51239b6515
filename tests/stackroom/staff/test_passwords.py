"""What a password must be, and how it is kept."""

import pytest

from stackroom.core.errors import Invalid
from stackroom.staff import guessable, passwords
from stackroom.staff.passwords import Passwords
from stackroom.testing.house import House

KNOWN = "ada@x.example"
CHEAP = Passwords(memory_kib=8, time=1)


@pytest.mark.parametrize(
    "weak", ["short", "x" * 201, "aaaaaaaaaaaa", "Password123", "ada@x.example"]
)
def test_a_weak_password_is_refused_for_its_field(weak: str) -> None:
    with pytest.raises(Invalid) as refused:
        passwords.check(weak, field="password", knows=(KNOWN,))
    assert refused.value.errors[0].field == "password"


@pytest.mark.parametrize(
    "common",
    """
    password1234 P@ssw0rd2026! PASSWORDPASSWORD 123456789012345 1q2w3e4r5t qwertyuiop qwertz12345
    Summer2026!! !!iloveyou!! dragonmonkey99 Br1tn3y$pears passwort2026 trustno1trustno1
    motdepasse1 contraseña12 19850412-1985 library2026 stackroom123 Zürich2026!! mondaymorning
    """.split(),
)
def test_what_attackers_try_first_is_refused_in_any_dress(common: str) -> None:
    with pytest.raises(Invalid, match="Attackers try this first"):
        passwords.check(common)


@pytest.mark.parametrize(
    "own", ["annaberg1985", "Anna.Berg!!", "bergberganna", "harbourlight99", "HarbourLight2026!"]
)
def test_what_is_made_of_ones_own_names_is_refused(own: str) -> None:
    with pytest.raises(Invalid, match="your name"):
        passwords.check(own, knows=("Anna Berg", "anna.berg@x.example", "Harbour Light"))


def test_the_open_organisation_is_known_too(north: House) -> None:
    with north.work("admin"), pytest.raises(Invalid, match="your name"):
        passwords.check(f"{north.tenant.slug}2026")


@pytest.mark.parametrize("close", ["a few quiet words", "A few quiet words 2", "afewquietwords!!"])
def test_the_old_password_with_a_digit_is_no_new_one(close: str) -> None:
    with pytest.raises(Invalid, match="the old password"):
        passwords.check(close, old="a few quiet words")


def test_a_name_within_many_words_does_not_matter() -> None:
    passwords.check("berge steigen im tiefen winter", knows=("Anna Berg",))


def test_the_list_is_long_and_small() -> None:
    assert len(guessable._common()) > 2000
    assert guessable.FILE.stat().st_size < 200_000


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
