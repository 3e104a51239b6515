"""The roles that ship. Which permissions they hold stands beside each permission."""

from enum import StrEnum


class Role(StrEnum):
    ADMIN = "admin"
    MANAGER = "manager"
    LIBRARIAN = "librarian"
    CATALOGUER = "cataloguer"
    CIRCULATION = "circulation"
    AUDITOR = "auditor"
    PATRON = "patron"


TITLES = {
    Role.ADMIN: "Admin",
    Role.MANAGER: "Branch manager",
    Role.LIBRARIAN: "Librarian",
    Role.CATALOGUER: "Cataloguer",
    Role.CIRCULATION: "Circulation desk",
    Role.AUDITOR: "Auditor",
    Role.PATRON: "Patron",
}
SENTENCES = {
    Role.ADMIN: "Runs the organisation: settings, staff, and everything librarians do",
    Role.MANAGER: "Does what librarians do, and sees who works here",
    Role.LIBRARIAN: "Catalogues, lends, and looks after patrons",
    Role.CATALOGUER: "Looks after titles and copies, and imports them",
    Role.CIRCULATION: "Lends, takes back, and looks after patrons",
    Role.AUDITOR: "Reads every change and changes nothing",
    Role.PATRON: "Searches, and sees their own loans",
}
STAFF_ROLES = tuple(role for role in Role if role is not Role.PATRON)
