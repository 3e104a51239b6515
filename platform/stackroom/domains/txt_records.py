"""What DNS says: the only question put to it is for TXT records, behind a small interface."""

from dataclasses import dataclass
from typing import Protocol

from dns.exception import DNSException
from dns.rdtypes.ANY.TXT import TXT
from dns.resolver import NXDOMAIN, NoAnswer, Resolver


class Unanswered(Exception):
    """DNS could not be asked, which proves nothing either way."""


class TxtRecords(Protocol):
    def at(self, name: str) -> tuple[str, ...]:
        """The TXT records of a name; none where the name is not there. Raises Unanswered."""


@dataclass(frozen=True, slots=True)
class Dns:
    """Asks `servers`, or those of the machine where none are named; `timeout` in seconds holds
    for all tries together."""

    servers: tuple[str, ...] = ()
    port: int = 53
    timeout: float = 4

    def at(self, name: str) -> tuple[str, ...]:
        try:
            answer = self._resolver().resolve(name, "TXT", lifetime=self.timeout, search=False)
        except (NXDOMAIN, NoAnswer):
            return ()
        except DNSException as error:
            raise Unanswered(name) from error
        return tuple(_text(record) for record in answer if isinstance(record, TXT))

    def _resolver(self) -> Resolver:
        resolver = Resolver(configure=not self.servers)
        if self.servers:
            resolver.nameservers, resolver.port = list(self.servers), self.port
        return resolver


def _text(record: TXT) -> str:
    """One record may come in several strings (RFC 7208 §3.3); what they hold is a stranger's."""
    text = b"".join(record.strings).decode(errors="replace")
    return "".join(character if character.isprintable() else "�" for character in text)
