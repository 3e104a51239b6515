from stackroom.audit.events import declare

LENT = declare(
    "loan.checked_out", "loan", "lent {subject} to {patron}, due {due}", names=("patron",)
)
LENT_OVERRIDE = declare(
    "loan.checked_out_override",
    "loan",
    "lent {subject} to {patron} in spite of {codes:words}: {reason}",
    names=("patron",),
)
RENEWED = declare(
    "loan.renewed", "loan", "renewed {subject} for {patron}, due {due}", names=("patron",)
)
RENEWED_OVERRIDE = declare(
    "loan.renewed_override",
    "loan",
    "renewed {subject} for {patron} in spite of {codes:words}: {reason}",
    names=("patron",),
)
RETURNED = declare(
    "loan.checked_in", "loan", "took back {subject} from {patron}", names=("patron",)
)
USED_IN_HOUSE = declare("item.used_in_house", "item", "counted a use of {subject} in the library")
RECEIVED = declare("item.received", "item", "received {subject}, which was {before}")
