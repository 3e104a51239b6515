"""The organisation's own settings, by its admins."""

from stackroom.audit.events import record
from stackroom.core.organisation import present
from stackroom.libraries.service import libraries
from stackroom.staff import events
from tenants.models import Organisation


def change(*, name: str, timezone: str) -> Organisation:
    """Branches that went by the organisation's time zone follow it."""
    organisation = present()
    changed = [
        f"{field} from “{before}” to “{after}”"
        for field, before, after in (
            ("name", organisation.name, name),
            ("time zone", organisation.timezone, timezone),
        )
        if before != after
    ]
    if not changed:
        return organisation
    for library in libraries():
        if library.timezone == organisation.timezone:
            library.timezone = timezone
    organisation.name, organisation.timezone = name, timezone
    record(events.CHANGED, label=name, fields=", ".join(changed))
    return organisation
