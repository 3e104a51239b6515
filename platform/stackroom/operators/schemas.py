from typing import Annotated

from pydantic import Field, StringConstraints

from stackroom.core.pagination import PageQuery
from stackroom.core.schemas import In, Text
from tenants.lifecycle import Status

Word = Annotated[Text, StringConstraints(max_length=100, strip_whitespace=True)]
Reason = Annotated[Text, StringConstraints(min_length=3, max_length=500, strip_whitespace=True)]


class SignIn(In):
    email: str = Field(max_length=254)
    password: str = Field(max_length=1000)
    code: str = Field("", max_length=40)


class Code(In):
    code: str = Field(min_length=6, max_length=12)


class SuspendIn(In):
    reason: Reason


class PlanIn(In):
    plan: Word
    reason: Reason


class OrganisationQuery(PageQuery):
    q: Word = ""
    status: Status | None = None
    plan: Word = ""
    sort: Annotated[str, Field(pattern="^(slug|newest|oldest)$")] = "slug"


class BacklogQuery(PageQuery):
    q: Word = ""
    after: Word = Field("", description="go on behind this slug")
