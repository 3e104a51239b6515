"""A real name server on this machine: it knows the TXT records that a test puts into its zone."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event
from typing import Any

from dnslib import QTYPE, RCODE, RR, TXT, DNSRecord
from dnslib.server import BaseResolver, DNSLogger, DNSServer

NAME_SERVER = "127.0.0.1"


@dataclass
class NameServer(BaseResolver):  # type: ignore[misc]  # dnslib has no types
    """`zone`: by name, each record as the strings it comes in. An unknown name is NXDOMAIN."""

    port: int = 0
    zone: dict[str, list[tuple[bytes, ...]]] = field(default_factory=dict)
    broken: bool = False
    """Answers SERVFAIL to everything."""
    silent: bool = False
    """Takes questions and answers none, until the test is over."""
    asked: list[str] = field(default_factory=list)
    over: Event = field(default_factory=Event)

    def resolve(self, request: DNSRecord, _handler: Any) -> DNSRecord:
        name = str(request.q.qname).rstrip(".").lower()
        self.asked.append(name)
        if self.silent:
            self.over.wait(30)
        answer = request.reply()
        if self.broken:
            answer.header.rcode = RCODE.SERVFAIL
        elif name not in self.zone:
            answer.header.rcode = RCODE.NXDOMAIN
        for strings in self.zone.get(name, ()):
            answer.add_answer(RR(request.q.qname, QTYPE.TXT, rdata=TXT(list(strings)), ttl=0))
        return answer

    def prove(self, record: dict[str, str]) -> None:
        """Set the record that the API asks for."""
        self.zone[record["name"]] = [(record["value"].encode(),)]


@contextmanager
def name_server() -> Iterator[NameServer]:
    made = NameServer()
    quiet = DNSLogger("-request,-reply,-truncated,-error")
    serving = DNSServer(made, address=NAME_SERVER, port=0, logger=quiet)
    made.port = serving.server.server_address[1]
    serving.start_thread()
    try:
        yield made
    finally:
        made.over.set()
        serving.stop()
        serving.server.server_close()
