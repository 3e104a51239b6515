from stackroom.core.errors import Conflict, Problem


class BarcodeTaken(Conflict):
    code = "barcode_taken"
    detail = "Another copy of this organisation has this barcode; scan or type another."


class ControlNumberTaken(Conflict):
    code = "control_number_taken"
    detail = "Another title has this control number from the same source; change that one instead."


class BibHasItems(Conflict):
    code = "bib_has_items"
    detail = "The title still has copies; delete them first."


class ItemInUse(Conflict):
    code = "item_in_use"


class ItemHasHistory(Conflict):
    code = "item_has_history"
    detail = (
        "The copy has been lent, and its loans refer to it: suppress it instead of deleting it."
    )


class FormTooSmall(Conflict):
    code = "record_too_large"


class NotAcceptable(Problem):
    status, code, title = 406, "not_acceptable", "The record is not written in that format"
