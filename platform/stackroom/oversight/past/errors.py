from stackroom.core.errors import Conflict, NotFound


class NotYetThere(NotFound):
    code = "not_yet_there"
    detail = "There was no such record at that instant; choose a later one."


class NotRestorable(Conflict):
    """`detail` is the reason that the manifest of the record's feature gives."""

    code = "not_restorable"


class NothingToRestore(Conflict):
    code = "nothing_to_restore"
    detail = "The record is as it was then; there is nothing to restore."


class RestoreHindered(Conflict):
    """`detail` names all that stands in the way, and what to do first."""

    code = "restore_hindered"


class UndoUnderway(Conflict):
    code = "undo_underway"
    detail = "This batch is being undone already; wait until that has ended."


class UndoNotStopped(Conflict):
    code = "undo_not_stopped"
    detail = "Only an undo that was stopped or has failed can go on."
