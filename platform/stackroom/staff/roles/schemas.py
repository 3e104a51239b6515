from typing import Annotated
from uuid import UUID

from pydantic import Field

from stackroom.core.schemas import In, Instant, Line, Out, PageOut, example
from stackroom.staff.schemas import MOST_ROLES, PLACED, WHOLE, GrantIn, RoleKey

PermissionKey = RoleKey
Title = Annotated[Line, Field(max_length=60)]
"""Annotated, for a Field beside a Line would not be heard: the Line brings a length of its own."""
MOST_PERMISSIONS = 200


class RoleOut(Out):
    model_config = example(
        {
            "id": None,
            "key": "auditor",
            "name": "Auditor",
            "sentence": "Reads everything, changes nothing",
            "permissions": ["audit.read", "bibs.read"],
            "based_on": "",
        }
    )

    id: UUID | None = Field(description="null for a role that ships and cannot be changed")
    key: str
    name: str
    sentence: str
    permissions: list[str]
    based_on: str


class RolesPage(PageOut):
    items: list[RoleOut]


class RoleIn(In):
    model_config = example(
        {
            "name": "Weekend desk",
            "sentence": "Lends and takes back on Saturdays",
            "permissions": ["loans.read", "loans.write"],
            "based_on": "circulation",
        }
    )

    name: Title
    sentence: Line
    permissions: list[PermissionKey] = Field(max_length=MOST_PERMISSIONS)
    based_on: str = Field("", max_length=40, description="the role that ships it was cloned from")


class RoleChange(In):
    model_config = example({"permissions": ["loans.read", "loans.write", "patrons.read"]})

    name: Title | None = None
    sentence: Line | None = None
    permissions: list[PermissionKey] | None = Field(None, max_length=MOST_PERMISSIONS)


class RoleEdit(In):
    """The page's form; a permission that is not ticked is not held."""

    name: Title
    sentence: Line
    permissions: list[PermissionKey] = Field([], max_length=MOST_PERMISSIONS)
    revision: int = Field(description="of the role as the page showed it")


class NewRole(RoleIn):
    """The page's form, in which nothing may be ticked."""

    permissions: list[PermissionKey] = Field([], max_length=MOST_PERMISSIONS)


class PermissionOut(Out):
    model_config = example(
        {
            "key": "loans.write",
            "sentence": "lend, renew and take back",
            "reach": "branch",
            "writes": True,
        }
    )

    key: str
    sentence: str = Field(description="completes “may …”")
    reach: str = Field(
        description="branch: held at one library counts there; shared: counts everywhere; "
        "whole: takes a role for the whole organisation"
    )
    writes: bool


class PermissionsOut(Out):
    model_config = example(
        {
            "items": [
                {
                    "key": "loans.write",
                    "sentence": "lend, renew and take back",
                    "reach": "branch",
                    "writes": True,
                }
            ]
        }
    )

    items: list[PermissionOut]


class EffectiveOut(Out):
    permission: str
    sentence: str
    libraries: list[str] = Field(description="empty: in all libraries")
    roles: list[str] = Field(description="where it comes from")


class EffectivePage(Out):
    model_config = example(
        {
            "items": [
                {
                    "permission": "loans.write",
                    "sentence": "lend, renew and take back",
                    "libraries": ["Harbour"],
                    "roles": ["Circulation desk"],
                }
            ]
        }
    )

    items: list[EffectiveOut]


class ExplanationQuery(In):
    library_id: UUID | None = Field(None, description="without it: anywhere")


class Question(ExplanationQuery):
    """The page's form."""

    permission: PermissionKey


class SourceOut(Out):
    role: str
    title: str
    library: str
    until: Instant | None
    origin: str
    confers: bool
    why: str


class ExplanationOut(Out):
    model_config = example(
        {
            "allowed": False,
            "sentence": "Anna Berg may not lend, renew and take back at Harbour.",
            "sources": [
                {
                    "role": "circulation",
                    "title": "Circulation desk",
                    "library": "Main library",
                    "until": None,
                    "origin": "hand",
                    "confers": False,
                    "why": "Circulation desk is held at Main library only.",
                }
            ],
        }
    )

    allowed: bool
    sentence: str
    sources: list[SourceOut]


class SimulationIn(In):
    model_config = example({"roles": ["cataloguer"]})

    roles: list[RoleKey] = Field([], max_length=MOST_ROLES, description=WHOLE)
    grants: list[GrantIn] = Field([], max_length=MOST_ROLES, description=PLACED)


class DifferenceOut(Out):
    model_config = example(
        {"gained": ["add, change and delete copies"], "lost": ["lend, renew and take back"]}
    )

    gained: list[str]
    lost: list[str]
