from stackroom.core.errors import Conflict


class OnHold(Conflict):
    code = "legal_hold"
    detail = "History is on legal hold: lift the hold first, with a reason."


class NotOnHold(Conflict):
    code = "no_legal_hold"
    detail = "There is no legal hold to lift."


class ArchiveGone(Conflict):
    code = "archive_gone"
    detail = "The file of this archive is not where it was left; tell whoever runs Stackroom."


class NotArchived(Exception):
    """A year stays where it is; the sentence says why, and whose it is."""
