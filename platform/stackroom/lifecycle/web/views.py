"""Closing the organisation, and undoing it, by its admins."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from stackroom.core.errors import Invalid
from stackroom.core.features import registry
from stackroom.core.http import app, principal
from stackroom.core.organisation import present
from stackroom.core.permissions import requires
from stackroom.core.read_only import day
from stackroom.lifecycle import service
from stackroom.lifecycle.bundle.web.views import latest_export
from stackroom.lifecycle.permissions import ORGANISATION_CLOSE
from stackroom.lifecycle.schemas import CloseIn
from stackroom.staff import sign_in
from stackroom.staff.authentication import hasher
from stackroom.staff.errors import InvalidCredentials
from stackroom.web.forms import Form, submitted
from tenants import context
from tenants.lifecycle import Status

web = Blueprint("lifecycle", __name__, template_folder="templates")


@web.get("/organisation/closing")
@requires(ORGANISATION_CLOSE)
def closing() -> str:
    if present().status is Status.CLOSING:
        return render_template("lifecycle/closing.html", **_closing())
    return render_template("lifecycle/close.html", form=Form(CloseIn), **_before())


@web.post("/organisation/closing")
@requires(ORGANISATION_CLOSE, open_when_suspended=True, step_up=True)
def close() -> Response:
    form = submitted(CloseIn)
    with form.or_again("lifecycle/close.html", **_before()) as given:
        if given.slug.strip() != context.current().slug:
            raise Invalid.field("slug", f"Type {context.current().slug} to confirm.")
        _confirm(given.password)
        closed = service.close(given.reason, days=app().settings.closing_days)
    app().resolver.forget(closed.host)
    return redirect(url_for(".closing"), 303)


@web.post("/organisation/reopen")
@requires(ORGANISATION_CLOSE, open_when_suspended=True)
def reopen() -> Response:
    reopened = service.reopen()
    app().resolver.forget(reopened.host)
    flash("The closing is undone; nothing was deleted.", "success")
    return redirect(url_for("staff.organisation"), 303)


def _confirm(password: str) -> None:
    """Whoever finds an open browser must not be able to do this."""
    try:
        sign_in.confirm(principal().email, password, passwords=hasher())
    except InvalidCredentials:
        raise Invalid.field("password", "This is not your password.") from None


def _before() -> dict[str, object]:
    mine = (figure for feature in registry.features for figure in feature.figures)
    held = [(figure.label, figure.count()) for figure in mine if principal().may(figure.permission)]
    return {
        "slug": context.current().slug,
        "days": app().settings.closing_days,
        "held": [f"{count:,} {label.lower()}" for label, count in held if count],
    }


def _closing() -> dict[str, object]:
    organisation = present()
    assert organisation.closes_at
    return {
        "left": service.days_left(organisation.closes_at),
        "days": app().settings.closing_days,
        "last_day": day(organisation.closes_at, organisation.as_tenant()),
        "closes_at": organisation.closes_at,
        "reason": organisation.closing_reason,
        "was_suspended": bool(organisation.suspended_reason),
        "export": latest_export(),
    }
