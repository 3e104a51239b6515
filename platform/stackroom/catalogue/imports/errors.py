from stackroom.core.errors import Conflict


class ImportNotRunning(Conflict):
    code = "import_not_running"
    detail = "Only an import that waits or runs can be stopped; this one has ended."


class ImportNotStopped(Conflict):
    code = "import_not_stopped"
    detail = "Only an import that was stopped or has failed can be resumed."
