from uuid import UUID

from pydantic import Field

from stackroom.core.schemas import In


class Mapping(In):
    """The page's form; an empty role: the group gives none."""

    role: str = Field("", max_length=40)
    library_id: UUID | None = None
