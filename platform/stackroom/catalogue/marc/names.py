"""What the common fields and subfields of MARC 21 hold, in plain words.

Source: the Library of Congress, MARC 21 Format for Bibliographic Data,
https://www.loc.gov/marc/bibliographic/
"""

FIELDS = {
    "001": "Control number",
    "003": "Source of the control number",
    "005": "Date of the last transaction",
    "006": "Further material characteristics",
    "007": "Physical characteristics",
    "008": "Coded data",
    "010": "Library of Congress control number",
    "015": "National bibliography number",
    "016": "National agency’s control number",
    "020": "ISBN",
    "022": "ISSN",
    "024": "Other standard identifier",
    "028": "Publisher’s number",
    "035": "System control number",
    "040": "Cataloguing source",
    "041": "Language code",
    "043": "Geographic area code",
    "044": "Country of publication code",
    "050": "Library of Congress call number",
    "060": "National Library of Medicine call number",
    "080": "UDC number",
    "082": "Dewey number",
    "084": "Other classification number",
    "086": "Government document number",
    "090": "Local call number",
    "100": "Main author",
    "110": "Main author (organisation)",
    "111": "Main author (conference)",
    "130": "Main uniform title",
    "210": "Abbreviated title",
    "222": "Key title",
    "240": "Uniform title",
    "245": "Title",
    "246": "Varying form of the title",
    "247": "Former title",
    "250": "Edition",
    "254": "Kind of music score",
    "255": "Scale of a map",
    "260": "Publication",
    "264": "Publication",
    "300": "Physical description",
    "306": "Playing time",
    "310": "Frequency",
    "336": "Content type",
    "337": "Media type",
    "338": "Carrier type",
    "340": "Physical medium",
    "344": "Sound characteristics",
    "362": "Dates of publication",
    "382": "Medium of performance",
    "490": "Series",
    "500": "Note",
    "501": "“With” note",
    "502": "Dissertation note",
    "504": "Bibliography note",
    "505": "Contents",
    "506": "Restrictions on access",
    "508": "Production credits",
    "510": "Reference note",
    "511": "Performers",
    "515": "Numbering note",
    "518": "Date and place of an event",
    "520": "Summary",
    "521": "Audience",
    "530": "Other physical form",
    "533": "Reproduction note",
    "534": "Original version note",
    "538": "System details",
    "540": "Terms of use",
    "546": "Language note",
    "561": "Ownership history",
    "563": "Binding",
    "583": "Action note",
    "586": "Awards",
    "588": "Source of description",
    "590": "Local note",
    "600": "Subject (person)",
    "610": "Subject (organisation)",
    "611": "Subject (conference)",
    "630": "Subject (title)",
    "648": "Subject (period)",
    "650": "Subject",
    "651": "Subject (place)",
    "653": "Keyword",
    "655": "Genre or form",
    "700": "Further person",
    "710": "Further organisation",
    "711": "Further conference",
    "730": "Further title",
    "740": "Further title as it stands",
    "752": "Place",
    "773": "Part of",
    "775": "Other edition",
    "776": "Other physical form",
    "780": "Preceding title",
    "785": "Succeeding title",
    "787": "Related title",
    "800": "Series (person)",
    "810": "Series (organisation)",
    "830": "Series (title)",
    "852": "Location",
    "856": "Link",
    "880": "Other script",
}
_NAME = {
    "a": "Name", "b": "Numeration", "c": "Titles of the person", "d": "Dates", "e": "Role",
    "f": "Date of the work", "k": "Form", "l": "Language", "n": "Number of the part",
    "p": "Name of the part", "q": "Fuller name", "t": "Title of the work", "u": "Affiliation",
}  # fmt: skip
_BODY = {
    "a": "Name", "b": "Subordinate unit", "c": "Place of the meeting", "d": "Date of the meeting",
    "e": "Role", "k": "Form", "n": "Number", "t": "Title of the work",
}  # fmt: skip
_HEADING = {
    "a": "Heading", "b": "Second part", "v": "Form", "x": "General subdivision", "y": "Period",
    "z": "Place",
}  # fmt: skip
_TITLE = {
    "a": "Title", "b": "Remainder of title", "c": "Statement of responsibility", "f": "Dates",
    "g": "Other information", "h": "Medium", "k": "Form", "l": "Language",
    "n": "Number of the part", "p": "Name of the part", "v": "Volume",
}  # fmt: skip
_NUMBER = {"a": "Number", "q": "Qualifier", "c": "Terms of availability", "z": "Cancelled number"}
_CLASS = {"a": "Class number", "b": "Item number", "2": "Edition"}
_PUBLICATION = {
    "a": "Place", "b": "Publisher", "c": "Date", "e": "Place of manufacture", "f": "Manufacturer",
    "g": "Date of manufacture", "3": "Materials",
}  # fmt: skip
_TYPE = {"a": "Term", "b": "Code", "2": "Source", "3": "Materials"}
_LINK = {
    "a": "Author", "b": "Edition", "d": "Publication", "g": "Related parts", "h": "Description",
    "i": "Relationship", "k": "Series", "t": "Title", "w": "Control number", "x": "ISSN",
    "z": "ISBN",
}  # fmt: skip
SUBFIELDS = {
    **dict.fromkeys(["100", "700", "800"], _NAME),
    **dict.fromkeys(["110", "111", "710", "711", "810"], _BODY),
    **dict.fromkeys(["650", "651", "648", "655", "630"], _HEADING),
    "600": {**_NAME, **{code: _HEADING[code] for code in "vxyz"}},
    "610": {**_BODY, **{code: _HEADING[code] for code in "vxyz"}},
    "611": {**_BODY, **{code: _HEADING[code] for code in "vxyz"}},
    **dict.fromkeys(["130", "240", "245", "246", "247", "490", "730", "740", "830"], _TITLE),
    **dict.fromkeys(["010", "015", "016", "020", "022", "024", "028", "035", "086"], _NUMBER),
    **dict.fromkeys(["050", "060", "080", "082", "084", "090"], _CLASS),
    **dict.fromkeys(["260", "264"], _PUBLICATION),
    **dict.fromkeys(["336", "337", "338"], _TYPE),
    **dict.fromkeys(["773", "775", "776", "780", "785", "787"], _LINK),
    "040": {"a": "Cataloguing agency", "b": "Language", "c": "Transcribing agency",
            "d": "Modifying agency", "e": "Rules"},
    "041": {"a": "Language of the text", "h": "Language of the original"},
    "043": {"a": "Area"},
    "250": {"a": "Edition", "b": "Remainder"},
    "300": {"a": "Extent", "b": "Other details", "c": "Size", "e": "Accompanying material"},
    "310": {"a": "Frequency", "b": "Date"},
    "362": {"a": "Dates", "z": "Source"},
    "502": {"a": "Note", "b": "Degree", "c": "Institution", "d": "Year"},
    "505": {"a": "Contents", "g": "Further information", "r": "Responsibility", "t": "Title"},
    "520": {"a": "Summary", "b": "Expansion", "u": "Address"},
    "752": {"a": "Country", "b": "State", "c": "County", "d": "City"},
    "852": {"a": "Location", "b": "Sublocation", "c": "Shelving location", "h": "Class number",
            "i": "Item number", "p": "Barcode"},
    "856": {"u": "Address", "y": "Text of the link", "z": "Public note", "3": "Materials"},
}  # fmt: skip
EVERYWHERE = {
    "0": "Authority record", "1": "Real-world object", "2": "Source of the term",
    "3": "Materials specified", "4": "Relationship", "5": "Institution", "6": "Linkage",
    "8": "Link and sequence", "9": "Local use", "u": "Address", "w": "Control number",
}  # fmt: skip
"""What these codes hold in whatever field."""


def field(tag: str) -> str:
    """`245 Title`; the tag alone where it is none of the common ones, “note” and the like aside."""
    if tag == "leader":
        return "leader"
    known = FIELDS.get(tag) or ("Note" if tag.startswith("5") else "")
    return f"{tag} {known}".rstrip()


def subfield(tag: str, code: str) -> str:
    """`245 $a Title`."""
    words = SUBFIELDS.get(tag, {}).get(code) or EVERYWHERE.get(code) or _plain(tag, code)
    return f"{tag} ${code} {words}".rstrip()


def _plain(tag: str, code: str) -> str:
    """A note, or what else is all in its first subfield."""
    return FIELDS.get(tag, "Note" if tag.startswith("5") else "") if code == "a" else ""
