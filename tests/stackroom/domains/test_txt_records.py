"""What the real resolver makes of what real name servers answer."""

from time import monotonic

import pytest

from stackroom.domains.txt_records import Dns, Unanswered
from stackroom.testing.name_server import NAME_SERVER, NameServer
from stackroom.testing.servers import free_port

NAME = "_stackroom.catalogue.example"


def asking(dns: NameServer, timeout: float = 2) -> Dns:
    return Dns((NAME_SERVER,), dns.port, timeout)


def test_every_record_of_a_name_is_read(dns: NameServer) -> None:
    dns.zone[NAME] = [(b"v=spf1 -all",), (b"stackroom-domain=1",)]
    assert set(asking(dns).at(NAME)) == {"v=spf1 -all", "stackroom-domain=1"}


def test_a_record_in_several_strings_is_one(dns: NameServer) -> None:
    dns.zone[NAME] = [(b"stackroom-", b"domain=", b"1")]
    assert asking(dns).at(NAME) == ("stackroom-domain=1",)


def test_many_records_are_all_read(dns: NameServer) -> None:
    dns.zone[NAME] = [(str(number).encode() * 80,) for number in range(1, 8)]
    assert len(asking(dns).at(NAME)) == 7


def test_bytes_that_are_no_text_come_harmless(dns: NameServer) -> None:
    dns.zone[NAME] = [(b"\x00\xff<b>\n\x1b[31m",)]
    (text,) = asking(dns).at(NAME)
    assert text == "��<b>��[31m"


def test_a_name_that_is_not_there_has_no_records(dns: NameServer) -> None:
    assert asking(dns).at(NAME) == ()


def test_a_name_without_txt_records_has_none(dns: NameServer) -> None:
    dns.zone[NAME] = []
    assert asking(dns).at(NAME) == ()


def test_a_server_that_fails_has_proved_nothing(dns: NameServer) -> None:
    dns.broken = True
    with pytest.raises(Unanswered):
        asking(dns).at(NAME)


def test_a_server_that_is_down_has_proved_nothing() -> None:
    with pytest.raises(Unanswered):
        Dns((NAME_SERVER,), free_port(), 0.3).at(NAME)


def test_a_slow_server_is_waited_for_no_longer_than_said(dns: NameServer) -> None:
    dns.silent = True
    began = monotonic()
    with pytest.raises(Unanswered):
        asking(dns, 0.3).at(NAME)
    assert 0.3 <= monotonic() - began < 2


def test_a_name_too_long_for_dns_is_no_crash(dns: NameServer) -> None:
    with pytest.raises(Unanswered):
        asking(dns).at("x" * 64 + ".example")
