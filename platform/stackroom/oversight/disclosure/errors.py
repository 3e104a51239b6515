from stackroom.core.errors import Conflict, Gone


class PatronErased(Gone):
    code, title = "patron_erased", "The patron was erased before"
    detail = "Nothing is left of this patron that could be erased."


class NotErasable(Conflict):
    code, title = "patron_not_erasable", "The patron cannot be erased yet"


class NothingSealed(Conflict):
    code, title = "nothing_sealed", "Nothing is hidden here"
    detail = "This entry tells of no patron under a pseudonym; read it as it is."
