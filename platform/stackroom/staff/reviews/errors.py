from stackroom.core.errors import Conflict, PermissionDenied


class ReviewOver(Conflict):
    code = "review_over"
    detail = "This review is over: its lines do not change any more."


class NotAReviewer(PermissionDenied):
    code = "not_a_reviewer"
    detail = "Others were asked to review this; ask one of them, or start a review of your own."


class OwnLine(PermissionDenied):
    code = "own_line"
    detail = "Nobody reviews their own roles: another reviewer has to."


class GrantChanged(Conflict):
    code = "grant_changed"
    detail = "This role is not what it was when the review began, so there is nothing to decide."


class AlreadyWithdrawn(Conflict):
    code = "already_withdrawn"
    detail = "The role is withdrawn already; if it is needed after all, give it again under Staff."
