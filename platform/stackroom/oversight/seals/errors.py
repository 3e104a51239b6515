from stackroom.core.errors import Conflict, NotFound


class NothingSealed(Conflict):
    code = "nothing_sealed"
    detail = "There is no checkpoint yet: the first is made within minutes of the first change."


class NotSealedYet(Conflict):
    code = "not_sealed_yet"
    detail = "This entry waits for its checkpoint, which is made within minutes; try again then."


class JobUnderway(Conflict):
    code = "seal_job_underway"
    detail = "One is being made already; wait until it is done."


class EvidenceNotReady(Conflict):
    code = "evidence_not_ready"
    detail = "This evidence is not ready; the page shows how far it is."


class EvidenceGone(NotFound):
    status, code, title = 410, "evidence_gone", "The file is gone"
    detail = "This evidence has been deleted; ask for it anew, the checkpoints are still here."
