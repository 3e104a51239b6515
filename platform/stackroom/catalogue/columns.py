"""The columns of a bib, drawn from its MARC record: the same for forms, the API and imports."""

from typing import Any

from pymarc import Record

from stackroom.catalogue.marc import extract, to_json


def columns_of(record: Record) -> dict[str, Any]:
    """Values by column name, `marc` included. Raises TitleMissing."""
    fields = extract(record)
    return {
        "title": fields.title,
        "title_alternate": fields.title_alternate or "",
        "sort_title": fields.sort_title[:300],
        "author": fields.author or "",
        "contributors": list(fields.contributors),
        "isbns": list(fields.isbns),
        "issns": list(fields.issns),
        "subjects": list(fields.subjects),
        "language": fields.language or "",
        "year": fields.year,
        "publisher": fields.publisher or "",
        "edition": fields.edition or "",
        "series": "; ".join(fields.series),
        "material": fields.material_type.value,
        "control_number": (fields.control_number or "")[:100] or None,
        "control_source": (fields.control_number_source or "")[:100],
        "marc": to_json(record),
    }
