"""Argon2id, and what a password must be to be worth hashing."""

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from stackroom.core import heavy
from stackroom.core.errors import Invalid
from stackroom.staff import guessable
from tenants import context

MINIMUM, MAXIMUM = 10, 200


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


def check(
    password: str, *, field: str = "password", knows: tuple[str, ...] = (), old: str = ""
) -> None:
    """Raises Invalid, saying what would do. `knows`: names and addresses of the person, which an
    attacker tries first; those of the open organisation are known anyway."""
    if len(password) < MINIMUM:
        raise Invalid.field(field, f"Use at least {MINIMUM} characters; a few words do well.")
    if len(password) > MAXIMUM:
        raise Invalid.field(field, f"Use at most {MAXIMUM} characters.")
    if guessable.is_common(password):
        raise Invalid.field(
            field,
            "Attackers try this first; use a few words that nobody would put together.",
        )
    if guessable.is_about(password, (*knows, *_here())):
        raise Invalid.field(field, "Do not build the password from your name, e-mail or library.")
    if old and guessable.is_like(password, old):
        raise Invalid.field(field, "This is the old password, or nearly; choose another.")


def _here() -> tuple[str, ...]:
    tenant = context.current_or_none()
    return (tenant.name, tenant.slug) if tenant else ()
