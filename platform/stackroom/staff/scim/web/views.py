"""The organisation's directory: what it has sent, and which roles its groups give."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from stackroom.core.http import principal
from stackroom.core.pagination import PageQuery
from stackroom.core.permissions import requires
from stackroom.libraries.service import libraries
from stackroom.staff.roles.service import staff_roles, titles
from stackroom.staff.scim import groups, queries
from stackroom.staff.scim import permissions as may
from stackroom.staff.scim.address import base
from stackroom.staff.scim.models import DirectoryGroup
from stackroom.staff.scim.schemas import Mapping
from stackroom.web.forms import Form, submitted

web = Blueprint("directory", __name__, template_folder="templates")


@web.get("/organisation/directory")
@requires(may.DIRECTORY_READ)
def index() -> str:
    page = queries.page(PageQuery.model_validate(request.args.to_dict()))
    return render_template(
        "scim/index.html",
        page=page,
        counts=queries.counts([each.id for each in page.items]),
        gives={each.id: _words(each) for each in page.items},
        address=base(),
        people=queries.people_count(),
    )


@web.get("/organisation/directory/groups/<uuid:group_id>")
@requires(may.DIRECTORY_MAP, step_up=True)
def show(group_id: UUID) -> str:
    found = groups.group(group_id)
    form = Form(Mapping, {"role": found.role, "library_id": found.library_id})
    return render_template("scim/group.html", form=form, **_offered(found))


@web.post("/organisation/directory/groups/<uuid:group_id>")
@requires(may.DIRECTORY_MAP, step_up=True)
def let_give(group_id: UUID) -> Response:
    found = groups.group(group_id)
    form = submitted(Mapping)
    with form.or_again("scim/group.html", **_offered(found)) as given:
        groups.let_give(found, given.role, given.library_id, principal())
    flash(f"“{found.display_name}” now gives: {_words(found)}.", "success")
    return redirect(url_for(".index"), 303)


def _offered(found: DirectoryGroup) -> dict[str, object]:
    """Plain values: a refused form is drawn when the transaction has ended."""
    return {
        "group_id": found.id,
        "name": found.display_name,
        "members": queries.members(found.id),
        "roles": [(role.key, f"{role.title}: {role.sentence}") for role in staff_roles()],
        "places": [(str(each.id), each.name) for each in libraries()],
    }


def _words(found: DirectoryGroup) -> str:
    if not found.role:
        return "no role"
    at = "".join(f" at {each.name}" for each in libraries() if each.id == found.library_id)
    return f"{titles().get(found.role, found.role)}{at}"
