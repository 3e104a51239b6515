"""One page of metrics for all processes of a server or of a worker: each writes files of its own
into a folder that they share. Imports nothing of ours: it comes before everything else."""

import atexit
import os
import shutil
import tempfile

FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def count_together() -> None:
    """Must be called before prometheus_client is imported, which looks for the folder then. A
    process that is started by one with a folder shares it."""
    if FOLDER not in os.environ:
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="stackroom-metrics-")
        atexit.register(_remove, os.environ[FOLDER], os.getpid())


def _remove(folder: str, owner: int) -> None:
    if os.getpid() == owner:  # forks inherit what is to be done at the end
        shutil.rmtree(folder, ignore_errors=True)
