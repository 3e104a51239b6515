from stackroom.audit.events import declare

REQUESTED = declare("export.requested", "export", "asked for an export of everything: {why}")
READY = declare(
    "export.ready", "export", "finished an export: {lines:line|lines}, {size:byte|bytes}"
)
FAILED = declare("export.failed", "export", "could not finish an export: {why}")
DOWNLOADED = declare("export.downloaded", "export", "downloaded an export (SHA-256 {sha256})")
EXPIRED = declare("export.expired", "export", "deleted the file of an export that ran out")
TAKEN = declare(
    "export.taken",
    "organisation",
    "took an export of {subject} from a terminal; its audit has the root {root}",
)
IMPORTED = declare(
    "organisation.imported",
    "organisation",
    "brought {subject} here from another Stackroom; its audit until then has the root {root}",
)
