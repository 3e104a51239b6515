"""Taking one role back, by the rules of staff."""

from uuid import UUID

from stackroom.staff import service as staff
from stackroom.staff.models import Account


def withdraw(account: Account, grant_id: UUID) -> bool:
    """False where it is gone already. Raises LastAdmin."""
    found = next((grant for grant in account.grants if grant.id == grant_id), None)
    if found is None:
        return False
    staff.change(account, roles=[role for role in account.roles if role != found.role])
    return True
