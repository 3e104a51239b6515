"""Work that burns CPU, kept off the event loop and bounded to the number of cores."""

import os
from collections.abc import Callable
from threading import BoundedSemaphore
from typing import ParamSpec, TypeVar

from gevent import get_hub, monkey

P = ParamSpec("P")
R = TypeVar("R")
_cores = BoundedSemaphore(os.cpu_count() or 1)


def run(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Under gevent, in a real thread (the work must release the GIL); else here and now."""
    with _cores:
        if monkey.is_module_patched("threading"):
            result: R = get_hub().threadpool.apply(work, args, kwargs)
            return result
        return work(*args, **kwargs)
