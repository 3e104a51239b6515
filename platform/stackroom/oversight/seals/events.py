"""What is done with seals. That a checkpoint was made is no event: it would have to be sealed in
turn, and the checkpoint tells of itself."""

from stackroom.audit.events import declare

SUBJECT = "audit_seals"

KEY_BEGUN = declare("seals.key_begun", SUBJECT, "began to seal the audit with the key {key}: {why}")
KEY_ROTATED = declare(
    "seals.key_rotated", SUBJECT, "replaced the key that seals the audit: {before} by {after}"
)
SEAL_ASKED = declare("seals.asked", SUBJECT, "asked to seal the audit now")
DELIVERY_CHANGED = declare(
    "seals.delivery_changed", SUBJECT, "changed where checkpoints go: {rhythm}, to {places} places"
)
CHECK_ASKED = declare("seals.check_asked", SUBJECT, "asked whether the seals are sound")
CHECKED = declare(
    "seals.checked",
    SUBJECT,
    "checked the seals: checkpoints 1 to {last} are sound",
)
BROKEN = declare("seals.broken", SUBJECT, "found {faults} faults in the seals: {first_fault}")
EVIDENCE_ASKED = declare("seals.evidence_asked", SUBJECT, "asked for evidence of {subject}")
EVIDENCE_READY = declare(
    "seals.evidence_ready", SUBJECT, "finished the evidence of {subject}: {size} bytes"
)
EVIDENCE_FAILED = declare(
    "seals.evidence_failed", SUBJECT, "could not finish the evidence of {subject}: {why}"
)
EVIDENCE_TAKEN = declare(
    "seals.evidence_taken", SUBJECT, "downloaded the evidence of {subject}, sha256 {sha256}"
)
EVIDENCE_EXPIRED = declare(
    "seals.evidence_expired", SUBJECT, "deleted the evidence of {subject}, which ran out"
)
CHECK_FAILED = declare("seals.check_failed", SUBJECT, "could not check the seals: {why}")
PROOF_TAKEN = declare("seals.proof_taken", SUBJECT, "took the proof of the entry {entry}")
DELIVERED = declare(
    "seals.delivered", SUBJECT, "sent checkpoint {number} ({digest}) to {places} places"
)
NOT_POSTED = declare(
    "seals.not_posted", SUBJECT, "could not post checkpoint {number} to {host}: {why}"
)
