"""gunicorn, started with `python -m stackroom.server`: a process of its own, so that gevent can
patch the standard library before anything else has taken hold of a socket or a lock."""

from config import load

settings = load()
if settings.web_worker_class == "gevent":
    from gevent import monkey

    monkey.patch_all()

import signal  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
from threading import Thread  # noqa: E402
from typing import Any  # noqa: E402

from gunicorn.app.base import BaseApplication  # noqa: E402

from stackroom.observability.together import count_together  # noqa: E402

count_together()  # the worker beside us counts into our page as well

from prometheus_client.multiprocess import mark_process_dead  # noqa: E402

NO_HANDLERS = {
    "root": {"level": "WARNING", "handlers": []},
    "loggers": {"gunicorn.error": {"handlers": [], "propagate": True}},
}
"""gunicorn's words go to the root logger, and from there in the form of ours."""


class Server(BaseApplication):  # type: ignore[misc]
    """Each worker assembles its own app after the fork: no client or connection is shared."""

    def __init__(self, bind: str) -> None:
        self.bind = bind
        self.worker: subprocess.Popen[bytes] | None = None
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": self.bind,
            "workers": settings.web_workers,
            "worker_class": settings.web_worker_class,
            "graceful_timeout": 30,
            "timeout": 60,
            "keepalive": 5,
            "limit_request_field_size": 8190,
            "loglevel": "warning",
            "logconfig_dict": NO_HANDLERS,
            "proc_name": "stackroom",
            "post_worker_init": let_sockets_go,
            "child_exit": lambda _, worker: mark_process_dead(worker.pid),  # type: ignore[no-untyped-call]
            "on_starting": lambda _: self.begin(),
            "on_exit": lambda _: self.stop_worker(),
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        from stackroom.app import create_app

        return create_app(settings)

    def begin(self) -> None:
        from stackroom.observability import logs

        logs.configure(settings)
        self.start_worker()

    def start_worker(self) -> None:
        """Jobs need a worker; where the broker is a folder, nobody else would start one."""
        if not settings.broker_url:
            command = [sys.executable, "-m", "celery", "-q", "-A", "stackroom.worker", "worker"]
            options = ["--pool", "solo", "--beat", "--loglevel", "WARNING", "--without-gossip"]
            self.worker = subprocess.Popen([*command, *options])  # noqa: S603 - fixed words

    def stop_worker(self) -> None:
        if self.worker and self.worker.poll() is None:
            self.worker.send_signal(signal.SIGTERM)
            self.worker.wait(timeout=60)


def let_sockets_go(worker: Any) -> None:
    """An open socket is a request that runs, and a worker that is told to stop waits for those."""
    from stackroom.realtime import sockets

    stop = signal.getsignal(signal.SIGTERM)

    def stopping(number: int, frame: Any) -> None:
        Thread(target=sockets.close_all, args=(worker.wsgi,)).start()
        stop(number, frame)  # type: ignore[operator, misc] # gunicorn has set its own

    signal.signal(signal.SIGTERM, stopping)


if __name__ == "__main__":
    Server(sys.argv[1]).run()
