"""What history keeps of patrons: their values sealed under a key of each patron's own, and a
pseudonym where the name would stand (ADR 34). Whoever destroys the key ends both."""

import hmac
import json
import re
import secrets
from base64 import b32encode, b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from pydantic_core import to_jsonable_python

HIDDEN = "hidden"
ERASED = "Erased patron"
ERASED_ACTION = "patron.erased"
NOTHING: Mapping[str, Any] = {"of": "", "values": {}}
"""Stands where values were left out, because nobody holds a key for them any more."""
KEY_BYTES = 64
PSEUDONYM = re.compile(r"\bpatron ([a-z2-7]{4}-[a-z2-7]{4})\b")
PATRON_ROLE = "patron"
"""Whoever holds another role acts as staff, in their own name."""


@dataclass(frozen=True, slots=True)
class Whose:
    """A patron by their own id or by that of their sign-in. An account may be a colleague's, whose
    acts and name stay readable."""

    patron: UUID | None = None
    account: UUID | None = None


NOBODY = Whose()


@dataclass(frozen=True, slots=True)
class Personal:
    """`columns` tell of the patron whom the column `patron` or `account` names. `named`: the
    label of a record is one of them."""

    columns: frozenset[str]
    patron: str = ""
    account: str = ""
    named: bool = True

    def whose(self, values: Mapping[str, Any]) -> Whose:
        return Whose(values.get(self.patron), None if self.patron else values.get(self.account))

    @property
    def is_the_person(self) -> bool:
        """A row of this class is the patron, whose key begins and is linked with it."""
        return self.patron == "id"


def personal(
    *columns: str, patron: str = "", account: str = "", named: bool = True
) -> dict[str, Any]:
    """For a model's `__versioned__`."""
    return {"personal": Personal(frozenset(columns), patron, account, named)}


def of(model: type[Any]) -> Personal | None:
    found: Personal | None = getattr(model, "__versioned__", {}).get("personal")
    return found


def whose(subject: Any) -> Whose:
    told = of(type(subject))
    if told is None:
        return NOBODY
    names = (told.patron or told.account,)
    return told.whose({name: getattr(subject, name) for name in names})


@dataclass(frozen=True, slots=True)
class Key:
    """AES-SIV: equal values of one column stay equal, so that history still shows what changed.
    A value of one column does not open as that of another."""

    patron_id: UUID
    secret: bytes
    account_id: UUID | None = None

    @classmethod
    def new(cls, patron_id: UUID, account_id: UUID | None = None) -> "Key":
        return cls(patron_id, secrets.token_bytes(KEY_BYTES), account_id)

    @classmethod
    def of_row(cls, row: Any) -> "Key":
        return cls(row.id, bytes.fromhex(row.key), row.account_id)

    @property
    def pseudonym(self) -> str:
        code = b32encode(hmac.digest(self.secret, b"pseudonym", "sha256")[:5]).decode()
        return f"{code[:4]}-{code[4:]}"

    @property
    def name(self) -> str:
        return called(self.pseudonym)

    def seal(self, table: str, values: Mapping[str, Any]) -> dict[str, Any]:
        cipher = AESSIV(self.secret)
        sealed = {
            name: b64encode(cipher.encrypt(_written(value), [table.encode(), name.encode()]))
            for name, value in values.items()
        }
        return {"of": self.pseudonym, "values": {name: it.decode() for name, it in sealed.items()}}

    def open(self, table: str, document: Mapping[str, Any]) -> dict[str, Any]:
        cipher = AESSIV(self.secret)
        return {
            name: json.loads(cipher.decrypt(b64decode(it), [table.encode(), name.encode()]))
            for name, it in document["values"].items()
        }


def called(pseudonym: str) -> str:
    return f"Patron {pseudonym}" if pseudonym else ERASED


def _written(value: Any) -> bytes:
    return json.dumps(to_jsonable_python(value), ensure_ascii=False).encode()


def sealed(version: Any) -> dict[str, str]:
    """The sealed values of a version, by column: they can be compared, and not read."""
    document = getattr(version, "personal", None) or NOTHING
    found: dict[str, str] = document["values"]
    return found


def label_of(model: type[Any], values: Mapping[str, Any]) -> str:
    """Labels are made of a row's own columns: a row written in bulk is no object, yet has one."""
    return str(model.label.fget(SimpleNamespace(**values)))


def named(words: str) -> set[str]:
    """The pseudonyms that stand in words as they are searched."""
    return {code.upper() for code in PSEUDONYM.findall(words)}


def masked(email: str) -> str:
    """An address that somebody typed, which may be a patron's: `a…@example.org`."""
    local, at, domain = email.partition("@")
    return f"{local[:1]}…{at}{domain}"
