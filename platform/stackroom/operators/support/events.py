from stackroom.audit.events import declare

GRANTED = declare(
    "support.granted", "support_grant", "let Stackroom's support in until {until}: {terms}"
)
REVOKED = declare("support.revoked", "support_grant", "ended the support access for “{subject}”")
ENTERED = declare("support.entered", "support_grant", "came in as support, for “{subject}”")
LEFT = declare("support.left", "support_grant", "left the organisation")
VIEWED = declare("support.viewed", "page", "looked at {subject}")
REFUSED = declare("support.refused", "page", "was refused {method} on {subject}")
