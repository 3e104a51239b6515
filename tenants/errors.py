"""What the kernel refuses. Those below WallError are faults of code; the rest
answer a request, or stop a start."""


class WallError(Exception):
    """Code tried to pass the wall between organisations."""


class NoTenant(WallError):
    """A statement ran with no organisation open and without an explicit `unscoped()`."""


class TenantSwitched(WallError):
    """A session that served one organisation was used for another."""


class ForeignRow(WallError):
    """A row of another organisation was about to be written."""


class CoreStatementRefused(WallError):
    """Core or text SQL on a scoped table outside the kernel, which the ORM wall cannot filter."""


class BulkWriteRefused(WallError):
    """Bulk DML on a versioned table would leave no version; use `stackroom.audit.bulk`."""


class ReadOnlyOrganisation(WallError):
    """A row of a suspended, closing or purged organisation was about to be written."""


class NotPurged(WallError):
    """The rows of an organisation that lives were about to be erased."""


class SharedTableInSilo(WallError):
    """A statement of an organisation that is placed apart asked for a SHARED table, too."""


class BypassingRole(Exception):
    """The database role could bypass row-level security, so the process must not start."""


class UnknownOrganisation(Exception):
    """No organisation answers at this host."""


class OrganisationUnavailable(Exception):
    """The organisation exists but serves nobody in its present state."""
