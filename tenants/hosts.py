"""Hosts that an organisation may bring with it, normalised to what browsers and DNS compare."""

import re
from ipaddress import ip_address

import idna

PROOF = "_stackroom"
LONGEST = 253 - len(f"{PROOF}.")
"""Below each host there must be room for the name that proves it."""
BESIDES_A_HOST = re.compile(r"[/\\?#@\s]")


class BadHost(ValueError):
    """The sentence says what is wrong and how to mend it."""


def check(given: str, base_domain: str) -> str:
    """The host in lower case, in punycode, without the root dot. Raises BadHost."""
    text = given.strip()
    if BESIDES_A_HOST.search(text):
        raise BadHost("Give the host alone, without https:// or a path: catalogue.example.org.")
    if "*" in text:
        raise BadHost("A wildcard cannot be proved; add each host by itself.")
    if _is_address(text):
        raise BadHost("An IP address cannot be used; give a name from DNS.")
    if ":" in text:
        raise BadHost("Leave out the port: hosts are served on the standard one.")
    host = _ascii(text)
    if _is_address(host) or _ends_in_number(host):  # written with other digits or dots
        raise BadHost("An IP address cannot be used; give a name from DNS.")
    if "." not in host:
        raise BadHost(f"“{host}” has no domain; give a full name such as catalogue.example.org.")
    if f".{host}".endswith(f".{base_domain.lower()}"):
        raise BadHost(f"Names of {base_domain} belong to the platform; use a domain of your own.")
    return host


def _ascii(text: str) -> str:
    try:
        host = idna.encode(text, uts46=True, std3_rules=True).decode().rstrip(".")
    except idna.IDNAError:
        raise BadHost(
            f"“{text}” is no host: use letters, digits and hyphens, in parts between dots."
        ) from None
    if len(host) > LONGEST:
        raise BadHost(f"The host is too long; use at most {LONGEST} characters.")
    return host


def _is_address(text: str) -> bool:
    try:
        ip_address(text.strip("[]"))
    except ValueError:
        return False
    return True


def _ends_in_number(host: str) -> bool:
    """Browsers read such a host as an IPv4 address, whatever comes before (WHATWG URL §3.5)."""
    return re.fullmatch(r"\d+|0x[0-9a-f]*", host.rpartition(".")[2]) is not None
