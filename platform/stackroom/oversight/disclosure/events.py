from stackroom.audit.events import declare
from stackroom.audit.pseudonyms import ERASED_ACTION

ERASED = declare(
    ERASED_ACTION,
    "patron",
    "erased {subject} for good, with {loans} returned loans made anonymous: {why}",
)
REVEALED = declare("audit.revealed", "patron", "revealed who {subject} is in entry {entry}: {why}")
SOUGHT = declare(
    "audit.pseudonym_sought", "patron", "looked up the pseudonym of a patron, {subject}: {why}"
)
