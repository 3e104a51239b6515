"""`python -m stackroom.testing.seal_vectors` renews docs/audit-seals: the verifier's copy and its
test vectors. They are written by the book, with fixed keys, and not by the code that seals."""

import json
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from stackroom.oversight.seals import verify

FOLDER = Path(__file__).parents[3] / "docs" / "audit-seals"
ORGANISATION = "0193b3a4-5d7e-7c31-9f5e-2b8f6a1c4d70"
WHEN = "2026-03-28T10:00:00.000000Z"
Json = dict[str, Any]


def files() -> dict[str, bytes]:
    """By name. `vectors.json` says how each is checked, and what must be found."""
    sound = _evidence()
    made = {name: b"".join(lines) for name, lines, _ in _cases(sound)}
    keys = {"format": verify.KEYS, "organisation": ORGANISATION, "keys": _keys()}
    return {
        **made,
        "keys.json": _dump(keys) + b"\n",
        "proof.json": _dump(_proof()) + b"\n",
        "forged-proof.json": _dump(_proof()).replace(b"Persuasion", b"Emma") + b"\n",
        "vectors.json": json.dumps(_vectors(sound), indent=2).encode() + b"\n",
        "verify.py": Path(verify.__file__).read_bytes(),
    }


def _dump(value: Any) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def _private(number: int) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)


def _public(number: int) -> str:
    return b64encode(_private(number).public_key().public_bytes_raw()).decode()


def _id(number: int) -> str:
    return sha256(_private(number).public_key().public_bytes_raw()).hexdigest()[:16]


def _signed(document: Json, number: int) -> Json:
    return {**document, "signature": b64encode(_private(number).sign(_dump(document))).decode()}


def _keys() -> list[Json]:
    """The first vouches for itself, the second is vouched for by the first."""
    return [
        _signed(
            {
                "format": "stackroom-audit-key/1", "organisation": ORGANISATION, "number": number,
                "id": _id(number), "public": _public(number), "made_at": WHEN,
                "signed_by": _id(signer),
            },
            signer,
        )
        for number, signer in ((1, 1), (2, 1))
    ]  # fmt: skip


def _rows(transaction: int, titles: list[str]) -> dict[str, bytes]:
    """By name, in the order of names."""
    number = str(transaction)
    rows: dict[str, Json] = {
        "audit_transactions": {"id": number, "at": WHEN, "actor_label": "Anna Berg"}
    }
    for position, title in enumerate(titles):
        rows[f"audit_entries/{position}"] = {
            "transaction_id": number, "position": position, "action": "bib.created",
            "subject_label": title,
        }  # fmt: skip
        key = f"0193b3a4-5d7e-7c31-9f5e-{transaction:08}{position:04}"
        rows[f"bibs_version/{key}"] = {"transaction_id": number, "id": key, "title": title}
    return {
        name: _dump({"row": rows[name], "table": name.partition("/")[0]}) for name in sorted(rows)
    }


def _root(hashes: list[bytes]) -> bytes:
    """RFC 6962 §2.1, word for word."""
    if len(hashes) == 1:
        return hashes[0]
    half = 1
    while half * 2 < len(hashes):
        half *= 2
    return sha256(b"\x01" + _root(hashes[:half]) + _root(hashes[half:])).digest()


def _path(hashes: list[bytes], index: int) -> list[bytes]:
    """RFC 6962 §2.1.1, word for word."""
    if len(hashes) == 1:
        return []
    half = 1
    while half * 2 < len(hashes):
        half *= 2
    if index < half:
        return [*_path(hashes[:half], index), _root(hashes[half:])]
    return [*_path(hashes[half:], index - half), _root(hashes[:half])]


def _leaf(line: bytes) -> bytes:
    return sha256(b"\x00" + line).digest()


SEALED: list[tuple[int, dict[int, list[str]]]] = [
    (1, {101: ["Emma", "Persuasion"]}),
    (1, {102: ["Kalevala"], 105: ["Seitsemän veljestä"]}),
    (2, {103: ["Tirra lirra"]}),
]
"""Of each checkpoint: the key that signs it, and its transactions with their titles. The last one
was committed late, under an older id."""


def _checkpoints() -> list[Json]:
    made: list[Json] = []
    previous = ""
    for number, (key, transactions) in enumerate(SEALED, 1):
        hashes = [
            _leaf(line) for each, titles in transactions.items()
            for line in _rows(each, titles).values()
        ]  # fmt: skip
        body = {
            "format": "stackroom-checkpoint/1", "organisation": ORGANISATION, "number": number,
            "previous": previous, "root": _root(hashes).hex(), "leaves": len(hashes),
            "transactions": len(transactions), "first_id": str(min(transactions)),
            "last_id": str(max(transactions)), "key_id": _id(key), "made_at": WHEN,
        }  # fmt: skip
        previous = sha256(_dump(body)).hexdigest()
        made.append(_signed(body, key))
    return made


def _evidence() -> list[bytes]:
    lines = list(_told())
    return [each + b"\n" for each in [*lines, _dump({"end": {"last": 3, "lines": len(lines) + 1}})]]


def _told() -> Iterator[bytes]:
    header = {"format": "stackroom-evidence/1", "organisation": ORGANISATION, "first": 1, "last": 3}
    yield _dump({"evidence": {**header, "made_at": WHEN}})
    for key in _keys():
        yield _dump({"key": key})
    for number, (_, transactions) in enumerate(SEALED, 1):
        yield _dump({"checkpoint": _checkpoints()[number - 1]})
        for each, titles in transactions.items():
            rows = _rows(each, titles)
            leaves = {name: _leaf(line).hex() for name, line in rows.items()}
            sealed = {"transaction": str(each), "checkpoint": number, "leaves": leaves}
            yield _dump({"sealed": sealed})
            yield from rows.values()


def _proof() -> Json:
    rows = _rows(101, ["Emma", "Persuasion"])
    hashes, names = [_leaf(line) for line in rows.values()], list(rows)
    wanted = ["audit_transactions", "audit_entries/1", names[-1]]
    return {
        "format": "stackroom-proof/1",
        "entry": "101-1",
        "checkpoint": _checkpoints()[0],
        "keys": _keys(),
        "rows": [
            {
                "line": rows[name].decode(),
                "index": names.index(name),
                "path": [step.hex() for step in _path(hashes, names.index(name))],
            }
            for name in wanted
        ],
    }


def _cases(sound: list[bytes]) -> Iterator[tuple[str, list[bytes], list[str]]]:
    """File, its lines, and the codes of what must be found."""
    place = next(i for i, line in enumerate(sound) if b'"Persuasion"' in line)
    second = next(i for i, line in enumerate(sound) if b'"number":2,"organisation"' in line[:400]
                  and line.startswith(b'{"checkpoint"'))  # fmt: skip
    third = next(i for i, line in enumerate(sound) if b'"number":3' in line)
    yield "sound.jsonl", sound, []
    altered = sound[place].replace(b"Persuasion", b"Emma")
    yield "altered.jsonl", [*sound[:place], altered, *sound[place + 1 :]], ["altered"]
    yield "removed.jsonl", [*sound[:place], *sound[place + 1 :]], ["removed", "altered"]
    twice = [*sound[: place + 1], sound[place], *sound[place + 1 :]]
    yield "inserted.jsonl", twice, ["inserted", "altered"]
    swapped = [*sound[:place], sound[place + 1], sound[place], *sound[place + 2 :]]
    yield "reordered.jsonl", swapped, ["reordered"]
    yield "dropped.jsonl", [*sound[:second], *sound[third:]], ["dropped", "altered"]
    yield "cut-off.jsonl", sound[:-1], ["truncated"]
    end = _dump({"end": {"last": 2, "lines": third + 1}}) + b"\n"
    yield "truncated.jsonl", [*sound[:third], end], ["truncated"]


def _vectors(sound: list[bytes]) -> list[Json]:
    """`finds` are the codes, each at least once; `exit` is the verifier's exit code."""
    last = sha256(_dump(verify.unsigned(_checkpoints()[2]))).hexdigest()
    known = ["--known", f"3:{last}", "--keys", "keys.json"]
    vectors: list[Json] = [
        {"arguments": [name, *known], "exit": 1 if codes else 0, "finds": codes}
        for name, _, codes in _cases(sound)
    ]
    return [
        *vectors,
        {"arguments": ["sound.jsonl"], "exit": 3, "finds": []},
        {"arguments": ["truncated.jsonl", "--keys", "keys.json"], "exit": 0, "finds": []},
        {"arguments": ["sound.jsonl", "--known", f"3:{'0' * 64}"], "exit": 1, "finds": ["forked"]},
        {"arguments": ["keys.json"], "exit": 2, "finds": []},
        {"arguments": ["--proof", "proof.json", "--keys", "keys.json"], "exit": 0, "finds": []},
        {"arguments": ["--proof", "forged-proof.json"], "exit": 1, "finds": ["altered"]},
    ]


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, content in files().items():
        (FOLDER / name).write_bytes(content)


if __name__ == "__main__":
    main()
