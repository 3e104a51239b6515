#!/usr/bin/env python3
"""Checks the audit trail of a Stackroom organisation, without Stackroom.

One file, for Python 3.10 or newer and the package `cryptography`. It reads no database and asks no
network. The format is told in `docs/audit-seals/README.md`, beside the test vectors.

    python verify.py evidence.jsonl.gz --keys stackroom-audit-keys.json --known 12:9f86d0…
    python verify.py --proof proof.json --keys stackroom-audit-keys.json

Exit codes: 0 sound · 1 something was tampered with, and is named · 2 a file cannot be read ·
3 sound in itself, but nothing that you hold vouches for it (give --keys or --known).
"""

import argparse
import gzip
import json
import re
import sys
import zlib
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

EVIDENCE, PROOF = "stackroom-evidence/1", "stackroom-proof/1"
CHECKPOINT, KEY, KEYS = "stackroom-checkpoint/1", "stackroom-audit-key/1", "stackroom-audit-keys/1"
SOUND, TAMPERED, UNREADABLE, UNANCHORED = 0, 1, 2, 3
MOST_FAULTS = 200
"""So many are told one by one; the others are counted."""

Document = Mapping[str, Any]
Fault = dict[str, Any]
Known = Iterable[tuple[int, str]]
"""Checkpoints that the reader holds: number and hash."""


class Unreadable(Exception):
    """A file is not what it should be; the sentence says why."""


# -- hashes and signatures ------------------------------------------------------------------------


def canonical(value: Any) -> bytes:
    """What is signed and hashed: made of text, whole numbers, lists and objects alone."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def leaf(line: bytes) -> bytes:
    """RFC 6962 §2.1. `line`: a row as it stands in the evidence, without its line end."""
    return sha256(b"\x00" + line).digest()


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root(leaves: Iterable[bytes]) -> bytes:
    """The Merkle tree hash over leaf hashes (RFC 6962 §2.1)."""
    level = list(leaves)
    while len(level) > 1:
        pairs = [node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]
    return level[0] if level else sha256().digest()


def root_by_path(hashed: bytes, index: int, size: int, path: Iterable[bytes]) -> bytes | None:
    """Where an inclusion proof leads (RFC 9162 §2.1.3.2); None where it leads nowhere."""
    place, last = index, size - 1
    if not 0 <= place <= last:
        return None
    for step in path:
        if last == 0:
            return None
        if place % 2 or place == last:
            hashed = node(step, hashed)
            while place and place % 2 == 0:
                place, last = place // 2, last // 2
        else:
            hashed = node(hashed, step)
        place, last = place // 2, last // 2
    return hashed if last == 0 else None


def unsigned(document: Document) -> Document:
    return {name: value for name, value in document.items() if name != "signature"}


def digest(checkpoint: Document) -> str:
    """What a checkpoint is known by: the hash of all of it but its signature."""
    return sha256(canonical(unsigned(checkpoint))).hexdigest()


def is_signed(document: Document, public: str) -> bool:
    try:
        key = Ed25519PublicKey.from_public_bytes(b64decode(public, validate=True))
        signature = b64decode(document["signature"], validate=True)
        key.verify(signature, canonical(unsigned(document)))
    except (InvalidSignature, KeyError, TypeError, ValueError):
        return False
    return True


def key_id(public: str) -> str:
    return sha256(b64decode(public)).hexdigest()[:16]


def row_name(told: Document) -> tuple[str, str]:
    """Of a row's line: its transaction, and what the row is called within it."""
    table, row = told["table"], told["row"]
    if table == "audit_transactions":
        return row["id"], table
    own = row["position"] if table == "audit_entries" else row["id"]
    return row["transaction_id"], f"{table}/{own}"


# -- what is found --------------------------------------------------------------------------------


class Findings:
    """What is wrong, in order: `code` for programs, a sentence for people, and where."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.more = 0

    def add(self, code: str, sentence: str, checkpoint: int | None = None, row: str = "") -> None:
        if len(self.faults) == MOST_FAULTS:
            self.more += 1
            return
        fault = {"code": code, "sentence": sentence, "checkpoint": checkpoint, "row": row}
        self.faults.append(fault)


class KeyRing:
    """The public keys of an organisation, each signed by the one before it.

    A key that vouches for itself (the first; one that was begun because the private key was lost
    or left behind in a move) must be among the trusted keys, if any are given.
    """

    def __init__(self, findings: Findings, trusted: Iterable[Document] = ()) -> None:
        self.findings = findings
        self.trusted = {key["id"]: key["public"] for key in trusted}
        self.public: dict[str, str] = {}
        self.number: dict[str, int] = {}
        self.last: Document | None = None
        self.in_use = 0

    @property
    def is_anchored(self) -> bool:
        return any(self.public.get(known) == public for known, public in self.trusted.items())

    def add(self, key: Document, organisation: str) -> None:
        if key["id"] in self.public:
            return  # a second file brings the same keys once more
        if fault := self._fault(key, organisation):
            self.findings.add("wrong_key", f"Key {key['number']} ({key['id']}) {fault}.")
            return
        self.public[key["id"]], self.number[key["id"]] = key["public"], key["number"]
        self.last = key

    def _fault(self, key: Document, organisation: str) -> str:
        if key["format"] != KEY or key_id(key["public"]) != key["id"]:
            return "is not the key that it names"
        if key["organisation"] != organisation:
            return "belongs to another organisation"
        if key["number"] != (self.last["number"] + 1 if self.last else 1):
            return "does not follow the key before it"
        return self._fault_of_signature(key)

    def _fault_of_signature(self, key: Document) -> str:
        if key["signed_by"] == key["id"]:
            if self.trusted and self.trusted.get(key["id"]) != key["public"]:
                return "is not among the keys that you trust, and no key before it vouches for it"
            return "" if is_signed(key, key["public"]) else "has a false signature"
        if self.last is None or key["signed_by"] != self.last["id"]:
            return "is not signed by the key before it"
        return "" if is_signed(key, self.last["public"]) else "has a false signature"

    def check(self, checkpoint: Document) -> None:
        """Whether it is signed by one of these keys, and not by one older than those before it."""
        number, signer = checkpoint["number"], checkpoint["key_id"]
        named = f"Checkpoint {number}"
        if signer not in self.public:
            said = f"{named} is signed with the key {signer}, which is none of the organisation’s."
            self.findings.add("wrong_key", said, number)
        elif not is_signed(checkpoint, self.public[signer]):
            self.findings.add("signature", f"{named} was altered: its signature is false.", number)
        elif self.number[signer] < self.in_use:
            said = f"{named} is signed with the key {signer}, which had been replaced before."
            self.findings.add("wrong_key", said, number)
        else:
            self.in_use = self.number[signer]


# -- evidence -------------------------------------------------------------------------------------


class Sealed:
    """A transaction as its checkpoint holds it: the hash of each of its rows, by name."""

    def __init__(self, told: Document) -> None:
        self.transaction: str = told["transaction"]
        self.checkpoint: int = told["checkpoint"]
        self.expected: dict[str, str] = dict(told["leaves"])
        self.found: list[str] = []

    @property
    def hashes(self) -> list[bytes]:
        return [bytes.fromhex(self.expected[name]) for name in sorted(self.expected)]

    def fault(self, name: str, line: bytes) -> tuple[str, str] | None:
        if name in self.found[-1:]:
            return "inserted", "stands there twice"
        if name not in self.expected:
            return "inserted", "was inserted after its transaction had been sealed"
        if leaf(line).hex() != self.expected[name]:
            return "altered", "was altered"
        if self.found and name < self.found[-1]:
            return "reordered", "is out of its order"
        return None

    @property
    def missing(self) -> list[str]:
        return sorted(self.expected.keys() - set(self.found))


class Opened:
    """A checkpoint whose transactions are being read."""

    def __init__(self, told: Document) -> None:
        self.told = told
        self.number: int = told["number"]
        self.leaves: list[bytes] = []
        self.ids: list[int] = []

    @property
    def span(self) -> tuple[int, str, str]:
        first, last = (self.ids[0], self.ids[-1]) if self.ids else (0, 0)
        return len(self.ids), str(first), str(last)

    @property
    def promised(self) -> tuple[int, str, str]:
        return self.told["transactions"], self.told["first_id"], self.told["last_id"]

    @property
    def adds_up(self) -> bool:
        found = (len(self.leaves), root(self.leaves).hex())
        return found == (self.told["leaves"], self.told["root"])


class Verifier:
    """Reads evidence line by line; memory grows with one checkpoint, not with the file."""

    def __init__(self, trusted_keys: Iterable[Document] = (), known: Known = ()) -> None:
        self.findings = Findings()
        self.keys = KeyRing(self.findings, trusted_keys)
        self.known = dict(known)
        self.vouched: set[int] = set()
        self.organisation = ""
        self.first = self.last = self.transactions = self.rows = 0
        self.last_digest = ""
        self._opened: Opened | None = None
        self._sealed: Sealed | None = None
        self._line = 0
        self._reads = False
        self._readers: dict[str, Callable[[Any, bytes], None]] = {
            "evidence": self._begin, "key": self._key, "checkpoint": self._checkpoint,
            "sealed": self._transaction, "stray": self._stray, "end": self._end,
        }  # fmt: skip

    @property
    def is_anchored(self) -> bool:
        """Whether something that the reader holds vouches for what was read."""
        return self.keys.is_anchored or bool(self.vouched)

    def read(self, lines: Iterable[bytes]) -> None:
        """One file of evidence; the next goes on where it ends. Raises Unreadable."""
        for self._line, line in enumerate(lines, 1):
            self._read(line.rstrip(b"\n"))
        if self._reads:
            self._close_checkpoint()
            self.findings.add("truncated", "The file is cut off: its last line is missing.")
            self._reads = False

    def finish(self) -> list[Fault]:
        """Called once, when every file is read. All that is wrong."""
        for number in sorted(set(self.known) - self.vouched):
            if number > self.last:
                said = f"The end is missing: you hold checkpoint {number}, and this ends with "
                self.findings.add("truncated", f"{said}{self.last}.", number)
        return self.findings.faults

    def _read(self, line: bytes) -> None:
        try:
            told = json.loads(line)
            if "row" in told:
                self._row(told, line)
                return
            ((kind, content),) = told.items()
            self._refuse_misplaced(kind)
            self._readers[kind](content, line)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise Unreadable(f"Line {self._line} is no line of evidence: {error}.") from None

    def _refuse_misplaced(self, kind: str) -> None:
        if (kind == "evidence") == self._reads:
            raise Unreadable(f"Line {self._line}: “{kind}” stands where it may not.")

    def _begin(self, told: Document, _line: bytes) -> None:
        if told["format"] != EVIDENCE:
            raise Unreadable(f"This verifier reads {EVIDENCE}, not {told['format']}.")
        if self.organisation not in ("", told["organisation"]):
            raise Unreadable("The files belong to different organisations.")
        self.organisation, self._reads = told["organisation"], True

    def _key(self, told: Document, _line: bytes) -> None:
        if self._opened:
            said = f"Key {told['number']} stands behind a checkpoint: keys come first."
            self.findings.add("reordered", said)
        self.keys.add(told, self.organisation)

    def _checkpoint(self, told: Document, _line: bytes) -> None:
        self._close_checkpoint()
        number, hashed = told["number"], digest(told)
        self._check_place(told)
        self.keys.check(told)
        if number in self.known:
            self._compare(number, hashed)
        if number - 1 in self.known and number - 1 not in self.vouched:
            self._compare(number - 1, told["previous"])
        self.first, self.last, self.last_digest = self.first or number, number, hashed
        self._opened = Opened(told)

    def _check_place(self, told: Document) -> None:
        number = told["number"]
        if told["format"] != CHECKPOINT or told["organisation"] != self.organisation:
            said = f"Checkpoint {number} is none of this organisation."
            self.findings.add("foreign", said, number)
        if number == 1 and told["previous"]:
            self.findings.add("chain", "Checkpoint 1 names one before it.", number)
        if self.last and number > self.last + 1:
            for gone in range(self.last + 1, min(number, self.last + MOST_FAULTS)):
                self.findings.add("dropped", f"Checkpoint {gone} is missing.", gone)
        elif self.last and number <= self.last:
            said = f"Checkpoint {number} stands behind checkpoint {self.last}."
            self.findings.add("reordered", said, number)
        elif self.last and told["previous"] != self.last_digest:
            said = f"Checkpoint {number} does not follow checkpoint {self.last} as it stands here."
            self.findings.add("chain", said, number)

    def _compare(self, number: int, hashed: str) -> None:
        self.vouched.add(number)
        if self.known[number] != hashed:
            said = f"Checkpoint {number} is not the one that you hold: here it is {hashed}."
            self.findings.add("forked", said, number)

    def _transaction(self, told: Document, _line: bytes) -> None:
        self._close_transaction()
        self._sealed, opened = Sealed(told), self._opened
        transaction, number = int(told["transaction"]), told["checkpoint"]
        if opened is None or opened.number != number:
            said = f"Transaction {transaction} stands outside of its checkpoint {number}."
            self.findings.add("reordered", said, number)
            return
        if opened.ids and transaction <= opened.ids[-1]:
            said = f"Transaction {transaction} stands behind {opened.ids[-1]}."
            self.findings.add("reordered", said, number)
        opened.ids.append(transaction)
        opened.leaves += self._sealed.hashes

    def _row(self, told: Document, line: bytes) -> None:
        transaction, name = row_name(told)
        sealed = self._sealed
        if sealed is None or sealed.transaction != transaction:
            number = self._opened.number if self._opened else None
            said = f"{name} of transaction {transaction} was inserted here, or is out of its order"
            self.findings.add("inserted", f"Checkpoint {number}: {said}.", number, name)
            return
        if fault := sealed.fault(name, line):
            self._tell(sealed, name, *fault)
        sealed.found.append(name)
        self.rows += 1

    def _tell(self, sealed: Sealed, name: str, code: str, what: str) -> None:
        place = f"Checkpoint {sealed.checkpoint}, transaction {sealed.transaction}"
        self.findings.add(code, f"{place}: {name} {what}.", sealed.checkpoint, name)

    def _stray(self, told: Document, _line: bytes) -> None:
        self._close_checkpoint()
        self.findings.add(told["code"], told["sentence"], None, told["row"])

    def _end(self, told: Document, _line: bytes) -> None:
        self._close_checkpoint()
        if told["last"] != self.last:
            said = f"This was written up to checkpoint {told['last']}, and ends with {self.last}."
            self.findings.add("dropped", said, told["last"])
        if told["lines"] != self._line:
            said = f"This has {self._line} lines, and was written with {told['lines']}."
            self.findings.add("altered", said)
        self._reads = False

    def _close_transaction(self) -> None:
        sealed, self._sealed = self._sealed, None
        if sealed is None:
            return
        self.transactions += 1
        for name in sealed.missing:
            self._tell(sealed, name, "removed", "was removed")

    def _close_checkpoint(self) -> None:
        self._close_transaction()
        opened, self._opened = self._opened, None
        if opened is None:
            return
        if opened.span != opened.promised:
            said = (
                f"Checkpoint {opened.number} seals {_span(opened.promised)}, "
                f"and there are {_span(opened.span)}: some were removed or inserted."
            )
            self.findings.add("removed", said, opened.number)
        if not opened.adds_up:
            said = f"Checkpoint {opened.number}: the list of its rows does not make the signed root"
            self.findings.add("root", f"{said}: rows were altered along with it.", opened.number)


def _span(span: tuple[int, str, str]) -> str:
    return f"{span[0]} transactions from {span[1]} to {span[2]}"


# -- the proof of one entry -----------------------------------------------------------------------


def check_proof(
    proof: Document, trusted_keys: Iterable[Document] = (), known: Known = ()
) -> tuple[list[Fault], bool]:
    """What is wrong, and whether something that the reader holds vouches for it.
    Raises Unreadable."""
    findings, held = Findings(), dict(known)
    ring = KeyRing(findings, trusted_keys)
    try:
        if proof["format"] != PROOF:
            raise Unreadable(f"This verifier reads {PROOF}, not {proof['format']}.")
        checkpoint = proof["checkpoint"]
        number = checkpoint["number"]
        for key in proof["keys"]:
            ring.add(key, checkpoint["organisation"])
        ring.check(checkpoint)
        _check_rows(proof, checkpoint, findings)
        if number in held and held[number] != digest(checkpoint):
            findings.add("forked", f"Checkpoint {number} is not the one that you hold.", number)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Unreadable(f"This is no proof: {error!r}.") from None
    return findings.faults, ring.is_anchored or number in held


def _check_rows(proof: Document, checkpoint: Document, findings: Findings) -> None:
    transaction, _, position = proof["entry"].partition("-")
    number, names = checkpoint["number"], set()
    for each in proof["rows"]:
        line = each["line"].encode()
        belongs, name = row_name(json.loads(line))
        names.add(name)
        path = [bytes.fromhex(step) for step in each["path"]]
        found = root_by_path(leaf(line), each["index"], checkpoint["leaves"], path)
        if belongs != transaction or found is None or found.hex() != checkpoint["root"]:
            said = f"{name} is not what checkpoint {number} seals: it was altered."
            findings.add("altered", said, number, name)
    for name in sorted({"audit_transactions", f"audit_entries/{position}"} - names):
        findings.add("removed", f"The proof lacks {name}.", number, name)


# -- the command ----------------------------------------------------------------------------------


def lines_of(path: str) -> Iterator[bytes]:
    """Of a file, packed by gzip or plain. Raises Unreadable."""
    try:
        with Path(path).open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            yield from gzip.GzipFile(fileobj=raw) if packed else raw
    except EOFError:
        return  # cut off in the middle: that the last line is missing is found by whoever reads
    except (OSError, zlib.error) as error:
        raise Unreadable(f"{path}: {error}.") from None


def document(path: str) -> Any:
    try:
        return json.loads(Path(path).read_bytes())
    except (OSError, ValueError) as error:
        raise Unreadable(f"{path}: {error}.") from None


def keys_of(path: str) -> list[Document]:
    if not path:
        return []
    told = document(path)
    if not isinstance(told, dict) or told.get("format") != KEYS:
        raise Unreadable(f"{path} is not the list of keys that an organisation publishes.")
    keys: list[Document] = told["keys"]
    return keys


def known_checkpoint(text: str) -> tuple[int, str]:
    """NUMBER:HASH, or a file in which it stands, such as the mail that told of it."""
    pattern = r"(?<!\d)(\d{1,9}):([0-9a-f]{64})(?![0-9a-f])"
    found = re.fullmatch(pattern, text.strip())
    if not found:
        try:
            found = re.search(pattern, Path(text).read_text("utf-8", errors="replace"))
        except OSError as error:
            raise Unreadable(f"{text}: {error}.") from None
    if not found:
        raise Unreadable(f"“{text}” holds no NUMBER:HASH of a checkpoint.")
    return int(found[1]), found[2]


def tell(faults: list[Fault], more: int, sentence: str, *, is_anchored: bool) -> int:
    for fault in faults:
        print(f"{fault['code'].upper():10} {fault['sentence']}")
    if more:
        print(f"… and {more} faults more.")
    if faults:
        print(f"TAMPERED WITH. {sentence}")
        return TAMPERED
    if not is_anchored:
        print(f"Sound in itself. {sentence}")
        print("Nothing that you hold vouches for it: give --keys or --known.")
        return UNANCHORED
    print(f"Sound. {sentence}")
    return SOUND


def run(given: argparse.Namespace) -> int:
    known, keys = [known_checkpoint(each) for each in given.known], keys_of(given.keys)
    if given.proof:
        proof = document(given.proof)
        faults, is_anchored = check_proof(proof, keys, known)
        return tell(faults, 0, f"The entry {proof['entry']}.", is_anchored=is_anchored)
    verifier = Verifier(keys, known)
    for path in given.evidence:
        verifier.read(lines_of(path))
    faults = verifier.finish()
    sentence = (
        f"Checkpoints {verifier.first} to {verifier.last}, {verifier.transactions} transactions, "
        f"{verifier.rows} rows. The last checkpoint is {verifier.last}:{verifier.last_digest}"
    )
    more, is_anchored = verifier.findings.more, verifier.is_anchored
    return tell(faults, more, sentence, is_anchored=is_anchored)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check a Stackroom audit trail, offline.")
    parser.add_argument("evidence", nargs="*", help="files of evidence, in their order")
    parser.add_argument("--keys", default="", help="public keys that you trust: a JSON file")
    said = "NUMBER:HASH of a checkpoint that you hold, or the mail that told of it"
    parser.add_argument("--known", action="append", default=[], help=said)
    parser.add_argument("--proof", default="", help="the proof of one entry: a JSON file")
    given = parser.parse_args(arguments)
    if bool(given.evidence) == bool(given.proof):
        parser.error("give evidence, or --proof")
    try:
        return run(given)
    except Unreadable as error:
        print(f"Unreadable. {error}", file=sys.stderr)
        return UNREADABLE


if __name__ == "__main__":
    sys.exit(main())
