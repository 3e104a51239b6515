"""What the console's pages share."""

from urllib.parse import urlencode

from flask import request


def address(page: int) -> str:
    """The present list with its filters, at another page."""
    return f"{request.path}?{urlencode({**request.args.to_dict(), 'page': page})}"
