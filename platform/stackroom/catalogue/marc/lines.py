"""A stored record as lines that people read, for the history of its changes."""

from typing import Any

from stackroom.catalogue.marc.marcjson import MarcJson


def lines(marc: MarcJson) -> list[tuple[str, str]]:
    """(tag, text) in order; indicators come first, an empty one as #: `10 $a Title $c author`."""
    fields = [(tag, _text(content)) for field in marc["fields"] for tag, content in field.items()]
    return [("leader", marc["leader"]), *fields]


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    indicators = f"{content['ind1']}{content['ind2']}".replace(" ", "#")
    subfields = [
        f"${code} {value}" for pair in content["subfields"] for code, value in pair.items()
    ]
    return " ".join([indicators, *subfields])
