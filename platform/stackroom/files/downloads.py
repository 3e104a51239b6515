"""Files on their way out to whoever may have them, and to nobody on the way."""

from typing import BinaryIO

from flask import Response, send_file


def streamed(stream: BinaryIO, size: int, kind: str, name: str) -> Response:
    """`size` in bytes, `kind` a media type."""
    response = send_file(stream, mimetype=kind, as_attachment=True, download_name=name)
    response.content_length = size
    return kept_by_nobody(response)


def attached(body: bytes, kind: str, name: str) -> Response:
    response = Response(body, content_type=kind)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return kept_by_nobody(response)


def kept_by_nobody(response: Response) -> Response:
    """What it tells is for the one who asked: no cache may hold it."""
    response.cache_control.no_store = True
    response.cache_control.no_cache = None
    return response
