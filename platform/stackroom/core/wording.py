"""What is wrong with a field, and what to do about it, in place of pydantic's vocabulary."""

from pydantic_core import ErrorDetails

A_DAY = "Use a day, such as 2026-03-28."
AN_INSTANT = "Use an instant with its zone, such as 2026-03-28T10:00:00Z."
A_NUMBER = "Use a whole number."
AN_ID = "Use an id: a UUID."
YES_OR_NO = "Use true or false."
SENTENCES = {
    "missing": "It is required.",
    "extra_forbidden": "There is no such field; check its spelling.",
    "greater_than_equal": "Use {ge} or more.",
    "less_than_equal": "Use {le} or less.",
    "string_too_short": "Use at least {min_length} characters.",
    "string_too_long": "Use at most {max_length} characters.",
    "too_short": "Give at least {min_length}.",
    "too_long": "Give at most {max_length}.",
    "literal_error": "Use {expected}.",
    "enum": "Use {expected}.",
    "string_type": "Use text.",
    "string_unicode": "Use text in UTF-8.",
    "int_type": A_NUMBER,
    "int_parsing": A_NUMBER,
    "int_parsing_size": A_NUMBER,
    "int_from_float": A_NUMBER,
    "bool_type": YES_OR_NO,
    "bool_parsing": YES_OR_NO,
    "uuid_type": AN_ID,
    "uuid_parsing": AN_ID,
    "date_type": A_DAY,
    "date_parsing": A_DAY,
    "date_from_datetime_parsing": A_DAY,
    "date_from_datetime_inexact": A_DAY,
    "datetime_type": AN_INSTANT,
    "datetime_parsing": AN_INSTANT,
    "datetime_from_date_parsing": AN_INSTANT,
    "timezone_aware": AN_INSTANT,
    "list_type": "Use a list.",
    "dict_type": "Use an object.",
    "model_type": "Use an object.",
}


def sentence(fault: ErrorDetails) -> str:
    """Our own validators raise with a sentence, which stays as it is."""
    told = SENTENCES.get(fault["type"])
    if told:
        return told.format(**fault.get("ctx", {}))
    text = fault["msg"].removeprefix("Value error, ")
    return text[:1].upper() + text[1:]
