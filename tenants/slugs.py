"""Names an organisation may take as its subdomain (RFC 1123 labels, without look-alikes)."""

import re
from hashlib import sha256

SHAPE = re.compile(r"[a-z](?:[a-z0-9]|-(?!-)){1,38}[a-z0-9]")
RULE = (
    "Use 3 to 40 lower-case letters, digits and single hyphens; start with a letter and "
    "end with a letter or digit."
)
RESERVED = frozenset(
    "about account accounts admin administrator api app apps assets auth billing blog cdn "
    "console contact dashboard demo dev docs download email files ftp graphql health help "
    "hostmaster imap internal jobs legal local localhost login logout mail media metrics "
    "monitor noreply ns1 ns2 oauth operator ops payment payments platform pop postmaster "
    "privacy production public register root security server settings shop signin signup "
    "smtp sso staff staging static status stackroom store support system terms test testing "
    "webmail webmaster www".split()
)


class BadSlug(ValueError):
    """The sentence says what is wrong and how to mend it."""


def check(slug: str) -> str:
    if not SHAPE.fullmatch(slug):
        raise BadSlug(RULE)
    if slug in RESERVED:
        raise BadSlug(f"“{slug}” is reserved for the platform; choose another name.")
    return slug


def tombstone(slug: str) -> str:
    """What stands in the place of a purged organisation's slug and host; no slug holds a dot."""
    return f"purged.{sha256(slug.encode()).hexdigest()[:32]}"
