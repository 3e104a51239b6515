"""Argon2id, and what a password must be to be worth hashing."""

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from stackroom.core import heavy
from stackroom.core.errors import Invalid

MINIMUM, MAXIMUM = 10, 200
COMMON = frozenset(
    "1234567890 12345678910 0123456789 password12 password123 password1234 passwordpassword "
    "qwertyuiop qwerty12345 1q2w3e4r5t abcdefghij abcd123456 iloveyou12 letmein123 welcome123 "
    "administrator changeme123 library123 librarian1 librarian123 stackroom1 stackroom123".split()
)


class Passwords:
    """The cost of a hash is a setting, so hashes are renewed at sign-in when it changes."""

    def __init__(self, *, memory_kib: int, time: int) -> None:
        self._hasher = PasswordHasher(time_cost=time, memory_cost=memory_kib, parallelism=1)

    def hash(self, password: str) -> str:
        return heavy.run(self._hasher.hash, password)

    def fits(self, stored: str, password: str) -> bool:
        """Takes the same time where nothing is stored, so it does not tell who has an account."""
        try:
            heavy.run(self._hasher.verify, stored or self._decoy(), password)
        except (VerificationError, InvalidHashError):
            return False
        return bool(stored)

    def is_outdated(self, stored: str) -> bool:
        return self._hasher.check_needs_rehash(stored)

    @lru_cache(maxsize=1)  # noqa: B019 - one hasher lives as long as the process
    def _decoy(self) -> str:
        return self._hasher.hash("nobody's password")


def check(password: str, *, field: str = "password", knows: tuple[str, ...] = ()) -> None:
    """Raises Invalid, saying what would do. `knows`: words an attacker tries first."""
    lowered = password.lower()
    if len(password) < MINIMUM:
        raise Invalid.field(field, f"Use at least {MINIMUM} characters; a few words do well.")
    if len(password) > MAXIMUM:
        raise Invalid.field(field, f"Use at most {MAXIMUM} characters.")
    if lowered in COMMON or len(set(lowered)) < 4:
        raise Invalid.field(field, "This password is on every attacker's list; choose another.")
    if any(word and lowered == word.lower() for word in knows):
        raise Invalid.field(field, "Do not use your name, address or e-mail as the password.")
