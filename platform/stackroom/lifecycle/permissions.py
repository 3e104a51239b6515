from stackroom.core.permissions import permission

ORGANISATION_CLOSE = permission(
    "organisation.close", "close the organisation, and undo it while it is closing", "admin",
    personal=True,
)  # fmt: skip

PERMISSIONS = (ORGANISATION_CLOSE,)
