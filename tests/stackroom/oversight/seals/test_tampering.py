"""Each way to tamper with a sealed trail, by whoever owns the database, is found and named."""

import json

import pytest
import sqlalchemy as sa

from stackroom.oversight.seals import statements, verify
from stackroom.oversight.seals.models import AuditCheckpoint
from stackroom.testing.seals import Owner, faults, taken

MAPS = (
    "(SELECT transaction_id FROM audit_entries WHERE tenant_id = :tenant "
    "AND action = 'item_type.created' AND subject_label = 'Chart')"
)
IN_IT = f"WHERE tenant_id = :tenant AND transaction_id = {MAPS}"
COLUMNS = "tenant_id, transaction_id, position, action, subject_type, subject_label, words, data"
FORGED = "tenant_id, transaction_id, 7, action, subject_type, 'X', '', '{}'"
OWN = "WHERE tenant_id = :tenant"
WAYS = {
    "an altered entry": (
        [f"UPDATE audit_entries SET subject_label = 'Plan' {IN_IT} AND position = 0"],
        ["altered: Checkpoint 2", "audit_entries/0 was altered"],
    ),
    "an altered actor": (
        [f"UPDATE audit_transactions SET actor_label = 'Eve' {OWN} AND id = {MAPS}"],
        ["altered: Checkpoint 2", "audit_transactions was altered"],
    ),
    "an altered version": (
        [f"UPDATE item_types_version SET name = 'Plan' {IN_IT} AND name = 'Chart'"],
        ["altered: Checkpoint 2", "item_types_version/", "was altered"],
    ),
    "a removed entry": (
        [f"DELETE FROM audit_entries {IN_IT} AND position = 1"],
        ["removed: Checkpoint 2", "audit_entries/1 was removed"],
    ),
    "a removed version": (
        [f"DELETE FROM item_types_version {IN_IT} AND name = 'Chart'"],
        ["removed: Checkpoint 2", "item_types_version/", "was removed"],
    ),
    "an inserted entry": (
        [f"INSERT INTO audit_entries ({COLUMNS}) SELECT {FORGED} "
         f"FROM audit_entries {IN_IT} AND position = 0"],
        ["inserted: Checkpoint 2", "audit_entries/7 was inserted"],
    ),
    "entries in another order": (
        [f"UPDATE audit_entries SET position = {a} {IN_IT} AND position = {b}"
         for b, a in ((0, 9), (1, 0), (9, 1))],
        ["altered: Checkpoint 2", "audit_entries/0 was altered", "audit_entries/1 was altered"],
    ),
    "an altered checkpoint": (
        [f"UPDATE audit_checkpoints SET leaves = leaves + 1 {OWN} AND number = 2"],
        ["signature: Checkpoint 2 was altered", "chain: Checkpoint 3 does not follow"],
    ),
    "a dropped checkpoint": (
        ["DELETE FROM audit_checkpoints WHERE tenant_id = :tenant AND number = 2"],
        ["dropped: Checkpoint 2 is missing"],
    ),
    "a checkpoint dropped with all that it seals": (
        [f"DELETE FROM item_types_version {IN_IT}",
         f"DELETE FROM audit_transactions WHERE tenant_id = :tenant AND id = {MAPS}",
         f"DELETE FROM audit_entries {IN_IT}",
         "DELETE FROM audit_sealed WHERE tenant_id = :tenant AND checkpoint = 2",
         "DELETE FROM audit_checkpoints WHERE tenant_id = :tenant AND number = 2"],
        ["dropped: Checkpoint 2 is missing"],
    ),
    "a transaction that is sealed nowhere": (
        ["DELETE FROM audit_sealed WHERE tenant_id = :tenant AND checkpoint = 2"],
        ["removed: Checkpoint 2 seals", "root: Checkpoint 2", "is in no checkpoint"],
    ),
    "a transaction on the list for the next checkpoint, and gone": (
        ["INSERT INTO audit_unsealed (tenant_id, transaction_id) VALUES (:tenant, 4711)"],
        ["removed: Transaction 4711 was removed before it was sealed"],
    ),
    "a version that no entry tells of": (
        [f"UPDATE item_types_version SET transaction_id = 4711 {IN_IT} AND name = 'Chart'"],
        ["removed: Checkpoint 2", "inserted: Transaction 4711 has a version of item_type"],
    ),
    "a foreign key": (
        [f"UPDATE audit_checkpoints SET key_id = '0123456789abcdef' {OWN} AND number = 3"],
        ["wrong_key: Checkpoint 3 is signed with the key 0123456789abcdef"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_it_is_found_and_named(owner: Owner, way: str) -> None:
    done, expected = WAYS[way]
    assert faults(taken(owner.house)) == []
    owner.tampers(*done)
    told = "\n".join(faults(taken(owner.house)))
    for words in expected:
        assert words in told, told
    assert "Score" not in told


def test_a_row_altered_along_with_its_hash_is_found_by_the_root(owner: Owner) -> None:
    owner.tampers(f"UPDATE audit_entries SET subject_label = 'Plan' {IN_IT} AND position = 0")
    lines = taken(owner.house)
    row = next(line for line in lines if b'"subject_label":"Plan"' in line)
    told = json.loads(row)
    transaction, name = verify.row_name(told)
    at = next(
        place for place, line in enumerate(lines)
        if b'"sealed"' in line[:12] and transaction.encode() in line
    )  # fmt: skip
    sealed = json.loads(lines[at])
    sealed["sealed"]["leaves"][name] = verify.leaf(row.rstrip(b"\n")).hex()
    lines[at] = verify.canonical(sealed) + b"\n"
    (fault,) = faults(lines)
    assert fault.startswith("root: Checkpoint 2")


def test_a_tail_that_is_cut_off_is_found_by_whoever_holds_a_checkpoint(owner: Owner) -> None:
    with owner.house.work() as session:
        last = session.scalars(sa.select(AuditCheckpoint).where(AuditCheckpoint.number == 3)).one()
        known = [(3, verify.digest(statements.checkpoint(last)))]
    owner.tampers(
        "DELETE FROM item_types_version WHERE tenant_id = :tenant AND name = 'Score'",
        "DELETE FROM audit_transactions WHERE tenant_id = :tenant AND id IN (SELECT transaction_id "
        "FROM audit_sealed WHERE tenant_id = :tenant AND checkpoint = 3)",
        "DELETE FROM audit_entries WHERE tenant_id = :tenant AND transaction_id IN (SELECT "
        "transaction_id FROM audit_sealed WHERE tenant_id = :tenant AND checkpoint = 3)",
        "DELETE FROM audit_sealed WHERE tenant_id = :tenant AND checkpoint = 3",
        "DELETE FROM audit_checkpoints WHERE tenant_id = :tenant AND number = 3",
    )
    lines = taken(owner.house)
    assert faults(lines) == []  # the chain alone cannot tell
    (fault,) = faults(lines, known)
    assert fault.startswith("truncated: The end is missing: you hold checkpoint 3")
