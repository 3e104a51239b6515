"""A record as text that people edit: one line for each field, as MarcEdit and others write it.

    =LDR  00000nam a2200000 i 4500
    =245  10$aTitle :$bsubtitle /$cAuthor.

A backslash is a blank, among indicators and in control fields; `{dollar}`, `{bsol}`, `{lcub}` and
`{rcub}` stand for the characters themselves (MARCMaker, https://www.loc.gov/marc/makrbrkr.html).
"""

import re

from stackroom.catalogue.marc import MarcJson

_NAMES = {"$": "{dollar}", "\\": "{bsol}", "{": "{lcub}", "}": "{rcub}"}
_SPECIAL = re.compile(r"[$\\{}]")
_ESCAPED = re.compile("|".join(map(re.escape, _NAMES.values())))
_CHARACTERS = {name: character for character, name in _NAMES.items()}
_LINE = re.compile(r"=(?P<tag>LDR|[0-9A-Za-z]{3})  (?P<rest>.*)", re.DOTALL)


class BadLine(ValueError):
    """A line that cannot be read; the message says which, and what belongs there."""


def to_text(marc: MarcJson) -> str:
    lines = [f"=LDR  {_blanks(marc['leader'])}"]
    for field in marc["fields"]:
        for tag, content in field.items():
            lines.append(f"={tag}  {_content(content)}")
    return "\n".join(lines)


def _content(content: str | MarcJson) -> str:
    if isinstance(content, str):
        return _blanks(content)
    subfields = (pair for subfield in content["subfields"] for pair in subfield.items())
    told = "".join(f"${_escape(code)}{_escape(value)}" for code, value in subfields)
    return _blanks(content["ind1"] + content["ind2"]) + told


def _blanks(text: str) -> str:
    return _escape(text).replace(" ", "\\")


def _escape(text: str) -> str:
    return _SPECIAL.sub(lambda found: _NAMES[found[0]], text)


def from_text(text: str) -> MarcJson:
    """Read what `to_text` wrote, losing nothing. Empty lines do not count.

    Raises BadLine.
    """
    leader, fields = "", list[MarcJson]()
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if not line.strip():
            continue
        match = _LINE.fullmatch(line)
        if not match:
            raise BadLine(f"Line {number}: begin with =, a tag of three characters, two blanks.")
        if match["tag"] == "LDR":
            leader = _read_blanks(match["rest"])
        else:
            fields.append({match["tag"]: _read(number, match["tag"], match["rest"])})
    if len(leader) != 24:
        raise BadLine("The line =LDR with the 24 characters of the leader is missing or short.")
    return {"leader": leader, "fields": fields}


def _read(number: int, tag: str, rest: str) -> str | MarcJson:
    if tag.isdigit() and tag < "010":
        return _read_blanks(rest)
    head, *subfields = rest.split("$")
    indicators = _read_blanks(head)
    if len(indicators) != 2:
        raise BadLine(f"Line {number}: write two indicators (\\ where blank) before the first $.")
    pairs = [_subfield(number, subfield) for subfield in subfields]
    return {"ind1": indicators[0], "ind2": indicators[1], "subfields": pairs}


def _subfield(number: int, text: str) -> dict[str, str]:
    plain = _plain(text)
    if not plain:
        raise BadLine(
            f"Line {number}: a $ needs the code of a subfield; for the sign write {{dollar}}."
        )
    return {plain[0]: plain[1:]}


def _read_blanks(text: str) -> str:
    return _plain(text.replace("\\", " "))


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda found: _CHARACTERS[found[0]], text)
