from stackroom.core.permissions import permission

ORGANISATION_EXPORT = permission(
    "organisation.export", "take all data of the organisation away in a file", "admin"
)

PERMISSIONS = (ORGANISATION_EXPORT,)
