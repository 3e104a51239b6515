"""Which hosts an organisation may bring."""

import pytest

from tenants import hosts


@pytest.mark.parametrize(
    ("given", "host"),
    [
        ("catalogue.example", "catalogue.example"),
        ("  Catalogue.EXAMPLE. ", "catalogue.example"),
        ("Bücherei.example", "xn--bcherei-n2a.example"),
        ("xn--bcherei-n2a.example", "xn--bcherei-n2a.example"),
        ("catalogue。example", "catalogue.example"),
        ("notstackroom.test", "notstackroom.test"),
        ("stackroom.test.example", "stackroom.test.example"),
    ],
)
def test_a_host_is_kept_as_dns_and_browsers_compare_it(given: str, host: str) -> None:
    assert hosts.check(given, "stackroom.test") == host


@pytest.mark.parametrize(
    ("given", "remedy"),
    [
        ("stackroom.test", "belong to the platform"),
        ("north.stackroom.test", "belong to the platform"),
        ("a.b.STACKROOM.test.", "belong to the platform"),
        ("127.0.0.1", "IP address"),
        ("１２７.0.0.1", "IP address"),
        ("127.1", "IP address"),
        ("0x7f.0x1", "IP address"),
        ("::1", "IP address"),
        ("[2001:db8::1]", "IP address"),
        ("localhost", "full name"),
        ("catalogue", "full name"),
        ("catalogue.example:8080", "port"),
        ("https://catalogue.example", "host alone"),
        ("catalogue.example/path", "host alone"),
        ("me@catalogue.example", "host alone"),
        ("catalogue.example\r\nX: y", "host alone"),
        ("*.example.org", "wildcard"),
        ("under_score.example", "letters, digits and hyphens"),
        ("-a.example", "letters, digits and hyphens"),
        ("a..example", "letters, digits and hyphens"),
        ("xn--a.example", "letters, digits and hyphens"),
        ("", "letters, digits and hyphens"),
        (".", "letters, digits and hyphens"),
        ("\0.example", "letters, digits and hyphens"),
        (".".join(["a" * 60] * 4 + ["xx"]), "too long"),
    ],
)
def test_anything_else_is_refused_with_its_remedy(given: str, remedy: str) -> None:
    with pytest.raises(hosts.BadHost, match=remedy):
        hosts.check(given, "stackroom.test")
