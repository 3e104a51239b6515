"""How a key is written: `sr_<organisation>_<id>_<secret>`. Whoever finds one lying about, a scanner
of repositories too, sees what it is and whose."""

from dataclasses import dataclass
from uuid import UUID

from stackroom.staff.keys.errors import InvalidKey

PREFIX = "sr_"
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Spelt:
    slug: str
    key_id: UUID
    secret: str

    def __str__(self) -> str:
        return f"{PREFIX}{self.slug}_{self.key_id.hex}_{self.secret}"


def read(token: str) -> Spelt:
    """Raises InvalidKey. Neither a slug nor an id holds an underscore; a secret may."""
    parts = token[:LONGEST].split("_", 3)
    if len(parts) != 4 or len(token) > LONGEST:
        raise InvalidKey
    try:
        return Spelt(parts[1], UUID(hex=parts[2]), parts[3])
    except ValueError:
        raise InvalidKey from None
