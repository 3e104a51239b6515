"""A room is a typed value and always of the open organisation: no caller can name another's."""

from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

from stackroom.core.features import registry
from tenants import context


@dataclass(frozen=True, slots=True)
class Room:
    """Where the news of one record are told: `t/<organisation>/<channel>/<record>`.

    Raises NoTenant without an open organisation, LookupError for a channel nobody declared.
    """

    channel: str
    record_id: UUID
    tenant: UUID = field(init=False, default_factory=lambda: context.current().uuid)

    def __post_init__(self) -> None:
        registry.channel(self.channel)

    def __str__(self) -> str:
        return f"t/{self.tenant}/{self.channel}/{self.record_id}"

    @classmethod
    def read(cls, name: str) -> Self | None:
        """The room of that name; None for one of another organisation."""
        ours = f"t/{context.current().uuid}/"
        if not name.startswith(ours):
            return None
        channel, _, record_id = name.removeprefix(ours).partition("/")
        return cls(channel, UUID(record_id))
