"""Socket.IO's own managers, which also pass on that sockets are to be looked at again.

Between processes the library carries nothing but what clients are told, so that word travels as an
event; here it is taken out again, and no client gets it.
"""

from collections.abc import Callable
from typing import Any

from socketio import Manager, RedisManager

LOOK_AGAIN = "look again"
Look = Callable[[str], None]
"""Called with the room whose sockets are to be looked at."""


class Here(Manager):  # type: ignore[misc]  # the library ships no annotations
    """For the sockets of this process alone."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.look = look

    def emit(
        self, event: str, data: Any, namespace: str, room: str | None = None, **more: Any
    ) -> None:
        if event == LOOK_AGAIN:
            self.look(str(room))
        else:
            super().emit(event, data, namespace, room=room, **more)


class Everywhere(RedisManager):  # type: ignore[misc]  # as above
    """For those of all processes that share a Redis."""

    def __init__(self, url: str, look: Look) -> None:
        super().__init__(url, channel="stackroom-news", redis_options={"socket_connect_timeout": 2})
        self.look = look

    def _handle_emit(self, message: dict[str, Any]) -> None:
        """What this process or another has sent."""
        if message["event"] == LOOK_AGAIN:
            self.look(message["room"])
        else:
            super()._handle_emit(message)
