"""The roles that ship. Which permissions they hold stands beside each permission."""

from enum import StrEnum


class Role(StrEnum):
    ADMIN = "admin"
    LIBRARIAN = "librarian"
    AUDITOR = "auditor"
    PATRON = "patron"


SENTENCES = {
    Role.ADMIN: "Runs the organisation: settings, staff, and everything librarians do",
    Role.LIBRARIAN: "Catalogues, lends, and looks after patrons",
    Role.AUDITOR: "Reads every change and changes nothing",
    Role.PATRON: "Searches, and sees their own loans",
}
STAFF_ROLES = (Role.ADMIN, Role.LIBRARIAN, Role.AUDITOR)
