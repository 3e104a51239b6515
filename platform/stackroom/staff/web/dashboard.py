"""The first page after signing in: the numbers of one's work, and what to do next."""

from dataclasses import dataclass

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from stackroom.core import counts
from stackroom.core.features import Figure, registry
from stackroom.core.http import principal
from stackroom.core.permissions import requires
from stackroom.staff import permissions as may
from stackroom.staff.roles.service import roles
from stackroom.staff.web.blueprint import web


@dataclass(frozen=True, slots=True)
class Tile:
    label: str
    href: str
    icon: str
    count: int
    when_none: str


@web.get("/start")
@requires(may.ME_READ)
def dashboard() -> str | Response:
    """One statement for each figure, whatever the rows, and none while nothing changes."""
    if principal().lacks_factor:
        return redirect(url_for(principal().home))
    tiles = [_tile(figure) for figure in _figures()]
    return render_template(
        "staff/dashboard.html",
        tiles=[tile for tile in tiles if tile.count or not tile.when_none],
        steps=[tile for tile in tiles if not tile.count and tile.when_none],
        roles=[role.sentence for role in roles() if role.key in principal().roles],
    )


def _figures() -> list[Figure]:
    known = (figure for feature in registry.features for figure in feature.figures)
    mine = (figure for figure in known if principal().may(figure.permission))
    return sorted(mine, key=lambda figure: figure.order)


def _tile(figure: Figure) -> Tile:
    href = url_for(figure.endpoint)
    count = counts.kept(figure.endpoint, figure.count)
    return Tile(figure.label, href, figure.icon, count, figure.when_none)
