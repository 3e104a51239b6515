"""Where we go when an admin has typed an address, and where not."""

from ipaddress import ip_address

import pytest

from stackroom.core.outbound import Outbound, Unreachable, is_public
from stackroom.testing.identity_provider import IdentityProvider

OUTWARD, INWARD = Outbound(seconds=1), Outbound(seconds=1, inward=True)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "ff02::1",
        "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "2001:0:53aa:64c:0:0:0:1",
    ],
)  # fmt: skip
def test_an_address_of_our_own_networks_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_an_address_of_the_internet_is(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_no_name_leads_inward(idp: IdentityProvider, host: str) -> None:
    """However it is written, and before anything is sent."""
    with pytest.raises(Unreachable, match=r"public address|DNS knows no"):
        OUTWARD.document(f"https://{host}:{idp.port}/")
    assert idp.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/", "http://login.example/", "file:///etc/passwd", "gopher://a/", "",
        "https://", "https://a:b@login.example/", "https://login.example:99999/",
        "https://login.example/\r\nX: y", "//login.example/",
    ],
)  # fmt: skip
def test_what_is_no_https_address_of_a_server_is_not_gone_to(url: str) -> None:
    with pytest.raises(Unreachable):
        OUTWARD.checked(url)


def test_without_tls_only_this_machine_is_asked_and_only_in_development() -> None:
    assert INWARD.checked("http://localhost:1/").hostname == "localhost"
    with pytest.raises(Unreachable, match="https://"):
        INWARD.checked("http://login.example/")


def test_a_certificate_that_nobody_vouches_for_is_refused(idp: IdentityProvider) -> None:
    with pytest.raises(Unreachable, match=r"no safe connection|broke off"):
        INWARD.document(f"https://localhost:{idp.port}/")  # it speaks no TLS at all


def test_nobody_there_is_told(idp: IdentityProvider) -> None:
    with pytest.raises(Unreachable, match="could not be reached"):
        INWARD.document("http://localhost:1/")
    with pytest.raises(Unreachable, match="JSON"):
        INWARD.document(f"{idp.issuer}/authorize")
