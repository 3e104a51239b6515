"""What the console asks for. No role of an organisation holds it: a session of an operator does."""

from stackroom.core.permissions import permission

ENROL = permission(
    "console.enrol", "set up the second factor of your operator's account", personal=True
)
OPERATE = permission(
    "console.operate", "work in the console, with a second factor set up", personal=True
)
PERMISSIONS = (ENROL, OPERATE)
