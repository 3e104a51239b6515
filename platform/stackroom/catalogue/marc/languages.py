"""Languages as people name them, to the codes that MARC uses (ISO 639-2/B)."""

_NAMES = {
    "ara": "ar arabic",
    "ben": "bn bengali",
    "bul": "bg bulgarian",
    "cat": "ca catalan",
    "chi": "zh zho chinese mandarin",
    "cze": "cs ces czech",
    "dan": "da danish",
    "dut": "nl nld dutch nederlands",
    "eng": "en english",
    "est": "et estonian",
    "fin": "fi finnish suomi",
    "fre": "fr fra french francais français",
    "ger": "de deu german deutsch",
    "gre": "el ell greek",
    "heb": "he hebrew",
    "hin": "hi hindi",
    "hrv": "hr croatian",
    "hun": "hu hungarian magyar",
    "ice": "is isl icelandic",
    "ind": "id indonesian",
    "gle": "ga irish gaeilge",
    "ita": "it italian italiano",
    "jpn": "ja japanese",
    "kor": "ko korean",
    "lat": "la latin",
    "lav": "lv latvian",
    "lit": "lt lithuanian",
    "mul": "multiple multilingual",
    "nep": "ne nepali",
    "nor": "no nb nn norwegian norsk",
    "per": "fa fas persian farsi",
    "pol": "pl polish polski",
    "por": "pt portuguese português portugues",
    "rum": "ro ron romanian",
    "rus": "ru russian",
    "slo": "sk slk slovak",
    "slv": "sl slovenian slovene",
    "spa": "es spanish español espanol castellano",
    "srp": "sr serbian",
    "swa": "sw swahili",
    "swe": "sv swedish svenska",
    "tha": "th thai",
    "tur": "tr turkish",
    "ukr": "uk ukrainian",
    "urd": "ur urdu",
    "vie": "vi vietnamese",
    "wel": "cy cym welsh cymraeg",
}
_CODE_BY_NAME = {name: code for code, names in _NAMES.items() for name in names.split()}


def language_code(text: str) -> str | None:
    """Return the code for "English", "en", "en-US" or "eng"; None for a word that is unknown."""
    word = text.strip().casefold()
    main = word.replace("_", "-").split("-")[0]
    if main in _NAMES:
        return main
    return _CODE_BY_NAME.get(word) or _CODE_BY_NAME.get(main)
