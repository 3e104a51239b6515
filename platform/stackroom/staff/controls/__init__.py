"""What an auditor may have checked about people: their hours, their roles, their sign-ins."""

from stackroom.staff.controls.out_of_hours import OUT_OF_HOURS
from stackroom.staff.controls.role_changes import ROLE_CHANGES
from stackroom.staff.controls.sign_ins import SIGN_IN_FAILURES

CONTROLS = (OUT_OF_HOURS, ROLE_CHANGES, SIGN_IN_FAILURES)
