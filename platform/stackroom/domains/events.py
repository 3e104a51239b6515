from stackroom.audit.events import EventType, declare
from tenants.domains import DomainStatus

SUBJECT = "custom_domain"

CLAIMED = declare("domain.claimed", SUBJECT, "added the domain {subject}, not proved yet")
NOT_PROVED = declare(
    "domain.not_proved", SUBJECT, "looked in vain for the proof of {subject}: {finding}"
)
TAKEN = declare(
    "domain.taken", SUBJECT, "was refused {subject}, which another organisation has proved"
)
VERIFIED = declare("domain.verified", SUBJECT, "proved the domain {subject}")
FAILING = declare("domain.failing", SUBJECT, "found the proof of {subject} gone: {finding}")
RECOVERED = declare("domain.recovered", SUBJECT, "found the proof of {subject} again")
RELEASED = declare("domain.released", SUBJECT, "released the domain {subject}: {finding}")
CANONICAL = declare(
    "domain.made_canonical", SUBJECT, "moved the organisation's address from {before} to {subject}"
)
REMOVED = declare("domain.removed", SUBJECT, "removed the domain {subject}")

TOLD: dict[tuple[DomainStatus, DomainStatus], EventType] = {
    (DomainStatus.CLAIMED, DomainStatus.VERIFIED): VERIFIED,
    (DomainStatus.VERIFIED, DomainStatus.FAILING): FAILING,
    (DomainStatus.FAILING, DomainStatus.VERIFIED): RECOVERED,
    (DomainStatus.FAILING, DomainStatus.CLAIMED): RELEASED,
}
"""What is told of a domain that went from one state to another."""
