from stackroom.core.errors import Conflict, PreconditionFailed


class UserTaken(Conflict):
    code = "uniqueness"
    detail = "Somebody else has this userName or e-mail address here already."


class VersionChanged(PreconditionFailed):
    detail = "If-Match does not name the present version; read the resource again."
