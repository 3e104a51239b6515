from stackroom.audit.events import declare

INVITED = declare("staff.invited", "invitation", "invited {subject} as {after}, until {until}")
RESENT = declare(
    "staff.invitation_resent",
    "invitation",
    "sent the invitation of {subject} again: it ran until {before}, now until {after}",
)
REVOKED = declare(
    "staff.invitation_revoked",
    "invitation",
    "revoked the invitation of {subject}, which was {before}",
)
ACCEPTED = declare(
    "staff.invitation_accepted",
    "invitation",
    "accepted the invitation of {subject}, with the roles {after}",
)
UNUSABLE = declare(
    "staff.invitation_refused", "invitation", "could not accept the invitation of {subject}: {why}"
)
