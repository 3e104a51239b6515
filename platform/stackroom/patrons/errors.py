from stackroom.core.errors import Conflict


class BarcodeTaken(Conflict):
    code = "barcode_taken"
    detail = "Another patron has this card number; choose another, or leave it empty for a new one."


class PatronDeleted(Conflict):
    code = "patron_deleted"
    detail = "The patron was deleted; the record is kept for its history and cannot be changed."


class CanSignIn(Conflict):
    code = "can_sign_in"
    detail = "This patron can sign in already."


class BlockLifted(Conflict):
    code = "block_lifted"
    detail = "The block was lifted before."
