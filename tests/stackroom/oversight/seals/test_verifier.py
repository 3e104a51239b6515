"""The stand-alone verifier, by its test vectors and by whatever anybody may do to a file."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stackroom.core.merkle import Tree, leaf, path
from stackroom.oversight.seals import verify
from stackroom.testing import seal_vectors
from stackroom.testing.seal_vectors import FOLDER

VECTORS: list[dict[str, Any]] = json.loads((FOLDER / "vectors.json").read_bytes())
SOUND = (FOLDER / "sound.jsonl").read_bytes().splitlines(keepends=True)


def test_what_is_shipped_is_what_is_served_and_what_the_vectors_say() -> None:
    """`python -m stackroom.testing.seal_vectors` renews it."""
    made = seal_vectors.files()
    found = {file.name: file.read_bytes() for file in FOLDER.iterdir() if file.suffix != ".md"}
    assert found == made


@pytest.mark.parametrize("vector", VECTORS, ids=lambda it: " ".join(it["arguments"])[:40])
def test_a_vector(
    vector: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(FOLDER)
    assert verify.main(vector["arguments"]) == vector["exit"]
    said = capsys.readouterr().out
    found = {line.partition(" ")[0].lower() for line in said.splitlines()}
    assert set(vector["finds"]) <= found, said


def test_it_runs_without_stackroom(tmp_path: Path) -> None:
    """As a file beside the evidence, with nothing of ours to import."""
    program = tmp_path / "verify.py"
    program.write_bytes((FOLDER / "verify.py").read_bytes())
    command = [sys.executable, "-P", str(program), str(FOLDER / "sound.jsonl")]
    command += ["--keys", str(FOLDER / "keys.json")]
    done = subprocess.run(command, cwd=tmp_path, env={}, capture_output=True, check=False)
    assert done.returncode == 0, done
    assert b"Sound. Checkpoints 1 to 3" in done.stdout


def test_a_mail_serves_as_what_is_known(tmp_path: Path) -> None:
    known = VECTORS[0]["arguments"][2]
    mail = tmp_path / "mail.txt"
    mail.write_text(f"Hello,\n\nthis is the latest checkpoint:\n\n{known}\n\nKeep this mail.")
    assert verify.main([str(FOLDER / "sound.jsonl"), "--known", str(mail)]) == 0
    assert verify.main([str(FOLDER / "sound.jsonl"), "--known", str(tmp_path / "none")]) == 2


def test_spans_of_one_chain_are_checked_together(tmp_path: Path) -> None:
    places = [i for i, line in enumerate(SOUND) if line.startswith(b'{"checkpoint"')]
    head, middle, tail = SOUND[:3], SOUND[places[0] : places[1]], SOUND[places[1] : -1]
    parts = []
    for last, lines in ((1, [*head, *middle]), (3, [*head, *tail])):
        end = {"end": {"last": last, "lines": len(lines) + 1}}
        parts.append(tmp_path / f"{last}.jsonl")
        parts[-1].write_bytes(b"".join(lines) + verify.canonical(end) + b"\n")
    keys = ["--keys", str(FOLDER / "keys.json")]
    assert verify.main([*map(str, parts), *keys]) == 0
    assert verify.main([*map(str, reversed(parts)), *keys]) == 1


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_no_byte_of_a_row_can_be_changed(data: st.DataObject) -> None:
    rows = [i for i, line in enumerate(SOUND) if line.startswith(b'{"row"')]
    place = data.draw(st.sampled_from(rows))
    line = SOUND[place]
    at = data.draw(st.integers(0, len(line) - 2))
    byte = bytes([data.draw(st.integers(0x20, 0x7E))])
    if byte == line[at : at + 1]:
        return
    verifier = verify.Verifier()
    try:
        verifier.read([*SOUND[:place], line[:at] + byte + line[at + 1 :], *SOUND[place + 1 :]])
    except verify.Unreadable:
        return
    assert verifier.finish()


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_no_line_can_be_left_out_doubled_or_moved(data: st.DataObject) -> None:
    place = data.draw(st.integers(1, len(SOUND) - 1))
    rest = [*SOUND[:place], *SOUND[place + 1 :]]
    times, target = data.draw(st.sampled_from([0, 1, 2])), place
    if times == 1:
        target = data.draw(st.integers(1, len(rest)).filter(lambda it: it != place))
    lines = [*rest[:target], *[SOUND[place]] * times, *rest[target:]]
    verifier = verify.Verifier()
    try:
        verifier.read(lines)
    except verify.Unreadable:
        return
    assert verifier.finish()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.binary(max_size=6), min_size=1, max_size=40), st.data())
def test_its_trees_are_those_of_the_sealer(lines: list[bytes], data: st.DataObject) -> None:
    tree, hashes = Tree(), [leaf(line) for line in lines]
    for hashed in hashes:
        tree.add_hash(hashed)
    assert verify.root(hashes).hex() == tree.root
    index = data.draw(st.integers(0, len(lines) - 1))
    steps = path(hashes, index)
    assert verify.root_by_path(hashes[index], index, len(hashes), steps) == bytes.fromhex(tree.root)
    wrong = (index + 1) % len(hashes)
    if hashes[wrong] != hashes[index]:
        found = verify.root_by_path(hashes[wrong], index, len(hashes), steps)
        assert found != bytes.fromhex(tree.root)
