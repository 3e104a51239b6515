"""What the pages call things."""

from stackroom.staff.reviews.models import About, LineState, ReviewState, Unanswered

PROPOSED = {"about": About.EVERYBODY, "unanswered": Unanswered.REVOKE, "reminder_days": [7, 1]}
ABOUT = [
    (About.EVERYBODY.value, "Everybody who works here"),
    (About.ROLE.value, "Whoever holds one role"),
    (About.IDLE.value, "Idle accounts"),
]
UNANSWERED = [
    (Unanswered.REVOKE.value, "The role is withdrawn"),
    (Unanswered.KEEP.value, "The role is kept"),
]
REMINDERS = [
    (14, "14 days before the end"),
    (7, "7 days before the end"),
    (3, "3 days before the end"),
    (1, "1 day before the end"),
]
REVIEWS = {
    ReviewState.OPEN: ("Open", "warning"),
    ReviewState.CLOSED: ("Closed", "success"),
    ReviewState.CANCELLED: ("Cancelled", "secondary"),
}
ORIGINS = {"hand": "", "sign_on": "Single sign-on", "directory": "The directory"}
LINES = {
    LineState.OPEN: ("Open", "warning"),
    LineState.CONFIRMED: ("Confirmed", "success"),
    LineState.WITHDRAWN: ("Withdrawn", "danger"),
    LineState.REVOKED: ("Withdrawn: no answer", "danger"),
    LineState.KEPT: ("Kept: no answer", "info"),
    LineState.LAST_ADMIN: ("Kept: the last admin", "info"),
    LineState.ACCOUNT_CLOSED: ("Account closed: idle", "danger"),
    LineState.GONE: ("Gone: taken meanwhile", "secondary"),
    LineState.CHANGED: ("Changed meanwhile", "secondary"),
}
STATES = [(state.value, label) for state, (label, _) in LINES.items()]
