"""Every flag, on one page: what it gates, who owns it, and the day it dies."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Flag:
    key: str
    default: bool
    owner: str
    sentence: str
    gates: str
    dies: date


PUBLIC_CATALOGUE = Flag(
    key="public_catalogue",
    default=True,
    owner="catalogue",
    sentence="The catalogue can be searched without signing in",
    gates="catalogue pages, their navigation and the reading of bibs over the API",
    dies=date(2027, 12, 31),
)

FLAGS: dict[str, Flag] = {flag.key: flag for flag in (PUBLIC_CATALOGUE,)}
