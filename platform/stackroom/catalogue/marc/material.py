"""What kind of thing a record describes."""

from enum import StrEnum

from pymarc import Record


class MaterialType(StrEnum):
    ARCHIVE = "archive"
    AUDIOBOOK = "audiobook"
    BOOK = "book"
    EBOOK = "ebook"
    EJOURNAL = "ejournal"
    IMAGE = "image"
    KIT = "kit"
    MANUSCRIPT = "manuscript"
    MAP = "map"
    MUSIC = "music"
    OBJECT = "object"
    SCORE = "score"
    SERIAL = "serial"
    SOFTWARE = "software"
    VIDEO = "video"


# Leader/06, Type of record; language material (a) also depends on leader/07
_MATERIAL_BY_TYPE = {
    "c": MaterialType.SCORE,
    "d": MaterialType.SCORE,
    "e": MaterialType.MAP,
    "f": MaterialType.MAP,
    "g": MaterialType.VIDEO,
    "i": MaterialType.AUDIOBOOK,
    "j": MaterialType.MUSIC,
    "k": MaterialType.IMAGE,
    "m": MaterialType.SOFTWARE,
    "o": MaterialType.KIT,
    "p": MaterialType.ARCHIVE,
    "r": MaterialType.OBJECT,
    "t": MaterialType.MANUSCRIPT,
}
# 008/23, Form of item: online, direct electronic, electronic
_ELECTRONIC = frozenset("oqs")


def material_type(record: Record, coded: str) -> MaterialType:
    """Tell from leader/06-07 and `coded`, the text of 008."""
    kind, level = record.leader[6], record.leader[7]
    if kind in _MATERIAL_BY_TYPE:
        return _MATERIAL_BY_TYPE[kind]
    is_electronic = coded[23:24] in _ELECTRONIC
    if level in "bis":
        return MaterialType.EJOURNAL if is_electronic else MaterialType.SERIAL
    return MaterialType.EBOOK if is_electronic else MaterialType.BOOK
