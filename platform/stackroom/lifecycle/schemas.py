from pydantic import Field

from stackroom.core.schemas import In


class CloseIn(In):
    """The form that closes an organisation."""

    reason: str = Field(min_length=1, max_length=500)
    slug: str = Field(max_length=40)
    password: str = Field(max_length=1000)
