"""A certificate is worth something only if nobody can change it."""

import json
from base64 import b64encode
from secrets import token_bytes
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import load
from stackroom.core.signing import Signer
from stackroom.lifecycle import certificates
from stackroom.lifecycle.errors import BadCertificate

FACTS: dict[str, Any] = {
    "organisation": "0192f5c0-0000-7000-8000-000000000001",
    "purged_at": "2026-03-28T10:00:00Z",
    "by": "Stackroom (job)",
    "erased": {"database": {"bibs": 3, "loans": 2}, "files": {"files": 1}},
    "left": {"database": {"bibs": 0, "loans": 0}, "files": {"files": 0}},
}


def signer() -> Signer:
    return Signer(load(STACKROOM_ENV="testing"))


OURS = signer()
FILE = certificates.issue(FACTS, OURS).encode()


def test_as_it_was_issued_it_is_sound_and_says_what_it_vouches_for() -> None:
    found = certificates.verify(FILE, OURS.public_key)
    assert found.organisation == FACTS["organisation"]
    assert (found.erased, found.key_id) == (6, OURS.key_id)


@given(st.integers(0, len(FILE) - 1), st.integers(1, 255))
def test_with_any_byte_changed_it_is_refused(place: int, difference: int) -> None:
    changed = bytearray(FILE)
    changed[place] ^= difference
    with pytest.raises(BadCertificate):
        certificates.verify(bytes(changed), OURS.public_key)


@given(st.integers(0, len(FILE)), st.binary(min_size=1, max_size=3))
def test_with_anything_added_it_is_refused(place: int, more: bytes) -> None:
    with pytest.raises(BadCertificate):
        certificates.verify(FILE[:place] + more + FILE[place:], OURS.public_key)


def test_written_in_another_way_it_is_refused() -> None:
    with pytest.raises(BadCertificate, match="not written as signed documents are"):
        certificates.verify(json.dumps(json.loads(FILE)).encode(), OURS.public_key)


def test_a_forger_s_own_key_in_the_file_proves_nothing() -> None:
    other = b64encode(token_bytes(32)).decode()
    forger = Signer(load(STACKROOM_ENV="testing", signing_key=other))
    forged = certificates.issue({**FACTS, "organisation": "another"}, forger).encode()
    certificates.verify(forged, forger.public_key)
    with pytest.raises(BadCertificate, match=f"names the key {forger.key_id}"):
        certificates.verify(forged, OURS.public_key)


@pytest.mark.parametrize("file", [b"", b"null", b"[]", b"{}\n", b'{"a": 1', b"\xff\xfe"])
def test_anything_else_is_no_certificate(file: bytes) -> None:
    with pytest.raises(BadCertificate):
        certificates.verify(file, OURS.public_key)
