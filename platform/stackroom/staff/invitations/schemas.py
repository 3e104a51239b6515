from typing import Literal
from uuid import UUID

from apiflask.fields import UploadFile
from pydantic import EmailStr, Field

from stackroom.core.pagination import PageQuery
from stackroom.core.schemas import In, Instant, Line, Out, PageOut, Text, example
from stackroom.staff.invitations.models import InvitationState
from stackroom.staff.schemas import (
    MOST_ROLES,
    PLACED,
    WHOLE,
    GrantIn,
    NewPassword,
    RoleKey,
    RoleRow,
)

TOKEN = 200


class InvitationQuery(PageQuery):
    state: InvitationState | None = None
    q: Text = Field("", max_length=200, description="part of a name or an e-mail address")


class InvitationIn(In):
    model_config = example(
        {"email": "carl@north.example", "name": "Carl Holm", "roles": ["librarian"]}
    )

    email: EmailStr
    name: Line | None = Field(None, description="they may write it in another way")
    roles: list[RoleKey] = Field([], max_length=MOST_ROLES, description=WHOLE)
    grants: list[GrantIn] = Field([], max_length=MOST_ROLES, description=PLACED)


class InvitationForm(In):
    """The page's form."""

    email: EmailStr
    name: Line | None = None
    roles: list[RoleRow] = Field(min_length=1, max_length=MOST_ROLES)


class InvitedRoleOut(Out):
    role: str
    library_id: UUID | None = Field(description="null: in all libraries")
    until: Instant | None = Field(description="null: for good")


class InvitationOut(Out):
    model_config = example(
        {
            "id": "0197c0de-0000-7000-8000-000000000041",
            "email": "carl@north.example",
            "name": "Carl Holm",
            "grants": [{"role": "librarian", "library_id": None, "until": None}],
            "state": "pending",
            "invited_by": "Anna Berg",
            "invited_at": "2026-03-28T10:00:00Z",
            "expires_at": "2026-04-04T10:00:00Z",
            "sendings": 1,
            "accepted_at": None,
            "revoked_at": None,
            "account_id": None,
        }
    )

    id: UUID
    email: str
    name: str
    grants: list[InvitedRoleOut]
    state: InvitationState
    invited_by: str = Field(description="who sent it last, and vouches for the roles")
    invited_at: Instant
    expires_at: Instant
    sendings: int = Field(description="only the latest mail's link serves")
    accepted_at: Instant | None
    revoked_at: Instant | None
    account_id: UUID | None


class InvitationSent(InvitationOut):
    model_config = example(
        {
            **InvitationOut.model_config["json_schema_extra"]["examples"][0],  # type: ignore[index, dict-item]
            "warning": "",
        }
    )

    warning: str = Field("", description="where the plan has no room for all who are invited")


class InvitationPage(PageOut):
    items: list[InvitationOut]


class AcceptanceIn(In):
    model_config = example(
        {"token": "q1w2e3r4t5", "name": "Carl Holm", "password": "some calm words"}
    )

    token: str = Field(max_length=TOKEN, description="of the link in the mail")
    name: Line
    password: NewPassword


class BulkIn(In):
    file: UploadFile = Field(description="CSV with the columns email, name and roles")
    dry_run: bool = Field(False, description="the same answers, and nobody is invited")


class RowOut(Out):
    line: int = Field(description="of the file, counted from 1, its head being the first")
    email: str
    name: str
    roles: str
    result: Literal["invited", "would_be_invited", "refused"]
    code: str = ""
    message: str = Field("", description="why the row was refused, and what helps")
    invitation_id: UUID | None = None


class BulkOut(Out):
    model_config = example(
        {
            "dry_run": False,
            "invited": 1,
            "refused": 0,
            "warning": "",
            "rows": [
                {
                    "line": 2,
                    "email": "carl@north.example",
                    "name": "Carl Holm",
                    "roles": "librarian",
                    "result": "invited",
                    "code": "",
                    "message": "",
                    "invitation_id": "0197c0de-0000-7000-8000-000000000041",
                }
            ],
        }
    )

    dry_run: bool
    invited: int = Field(description="in a dry run: who would be")
    refused: int
    warning: str = Field(description="as of a single invitation")
    rows: list[RowOut]
