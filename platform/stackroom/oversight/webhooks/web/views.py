"""The pages of webhooks: set up, test, look at what arrived, set going again."""

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from stackroom.core.pagination import PageQuery
from stackroom.core.permissions import requires
from stackroom.oversight.webhooks import deliveries, schemas, service
from stackroom.oversight.webhooks.permissions import AUDIT_WEBHOOKS
from stackroom.oversight.webhooks.schemas import (
    DeliveryQuery,
    ReplayIn,
    SecretIn,
    WebhookForm,
    WebhookOut,
)
from stackroom.oversight.webhooks.terms import terms
from stackroom.web.forms import Form, submitted

web = Blueprint("webhooks", __name__, template_folder="templates")


@web.get("/audit/webhooks")
@requires(AUDIT_WEBHOOKS)
def index() -> str:
    page = service.webhooks(PageQuery.model_validate(request.args.to_dict()))
    return render_template("webhooks/index.html", page=page)


@web.get("/audit/webhooks/new")
@requires(AUDIT_WEBHOOKS, step_up=True)
def new() -> str:
    return render_template("webhooks/new.html", form=Form(WebhookForm))


@web.post("/audit/webhooks/new")
@requires(AUDIT_WEBHOOKS, step_up=True, shows_secret=True)
def add() -> tuple[str, int]:
    """Answers with the secret and no redirect: it is kept nowhere to be shown later."""
    form = submitted(WebhookForm)
    with form.or_again("webhooks/new.html") as given:
        made = service.add(given.given(), terms())
    return render_template("webhooks/secret.html", made=made), 201


@web.get("/audit/webhooks/<uuid:webhook_id>")
@requires(AUDIT_WEBHOOKS)
def show(webhook_id: UUID) -> str:
    return render_template("webhooks/show.html", form=_secret_form(), **_shown(webhook_id))


@web.get("/audit/webhooks/<uuid:webhook_id>/edit")
@requires(AUDIT_WEBHOOKS, step_up=True)
def edit(webhook_id: UUID) -> str:
    shown = _out(webhook_id)
    held = shown.model_dump() | {"actions": "\n".join(shown.actions)}
    return render_template("webhooks/edit.html", form=Form(WebhookForm, held), webhook=shown)


@web.post("/audit/webhooks/<uuid:webhook_id>/edit")
@requires(AUDIT_WEBHOOKS, step_up=True)
def change(webhook_id: UUID) -> Response:
    form, shown = submitted(WebhookForm), _out(webhook_id)
    with form.or_again("webhooks/edit.html", webhook=shown) as given:
        service.change(webhook_id, terms(), **given.given().model_dump())
    flash("The webhook is saved.", "success")
    return redirect(url_for(".show", webhook_id=webhook_id), 303)


@web.post("/audit/webhooks/<uuid:webhook_id>/secrets")
@requires(AUDIT_WEBHOOKS, step_up=True, shows_secret=True)
def replace_secret(webhook_id: UUID) -> tuple[str, int]:
    form = submitted(SecretIn)
    with form.or_again("webhooks/show.html", **_shown(webhook_id)) as given:
        overlap = timedelta(hours=given.overlap_hours)
        made = service.replace_secret(webhook_id, terms(), overlap=overlap)
    return render_template("webhooks/secret.html", made=made), 201


@web.post("/audit/webhooks/<uuid:webhook_id>/pause")
@requires(AUDIT_WEBHOOKS)
def pause(webhook_id: UUID) -> Response:
    service.pause(webhook_id)
    flash("The webhook is paused. What happens meanwhile waits for thirty days.", "success")
    return redirect(url_for(".show", webhook_id=webhook_id), 303)


@web.post("/audit/webhooks/<uuid:webhook_id>/resume")
@requires(AUDIT_WEBHOOKS)
def resume(webhook_id: UUID) -> Response:
    service.resume(webhook_id)
    flash("The webhook is on again; what has waited is sent within a minute.", "success")
    return redirect(url_for(".show", webhook_id=webhook_id), 303)


@web.post("/audit/webhooks/<uuid:webhook_id>/remove")
@requires(AUDIT_WEBHOOKS, step_up=True)
def remove(webhook_id: UUID) -> Response:
    service.remove(webhook_id)
    flash("The webhook is removed; nothing more is sent there.", "success")
    return redirect(url_for(".index"), 303)


@web.post("/audit/webhooks/<uuid:webhook_id>/tests")
@requires(AUDIT_WEBHOOKS)
def test(webhook_id: UUID) -> Response:
    made = deliveries.test(service.webhook(webhook_id))
    flash("A test is on its way.", "success")
    place = url_for(".delivery", webhook_id=webhook_id, webhook_delivery_id=made.id)
    return redirect(place, 303)


@web.post("/audit/webhooks/<uuid:webhook_id>/replays")
@requires(AUDIT_WEBHOOKS)
def replay_span(webhook_id: UUID) -> Response:
    form = submitted(ReplayIn)
    with form.or_again("webhooks/show.html", **_shown(webhook_id)) as given:
        added = deliveries.replay_span(service.webhook(webhook_id), given)
    flash(f"{added} transactions are sent again.", "success")
    return redirect(url_for(".show", webhook_id=webhook_id), 303)


@web.get("/audit/webhooks/<uuid:webhook_id>/deliveries/<uuid:webhook_delivery_id>")
@requires(AUDIT_WEBHOOKS)
def delivery(webhook_id: UUID, webhook_delivery_id: UUID) -> str:
    webhook = service.webhook(webhook_id)
    found = deliveries.delivery(webhook, webhook_delivery_id)
    tries = deliveries.attempts(found)
    return render_template("webhooks/delivery.html", webhook=webhook, delivery=found, tries=tries)


@web.post("/audit/webhooks/<uuid:webhook_id>/deliveries/<uuid:webhook_delivery_id>/replays")
@requires(AUDIT_WEBHOOKS)
def replay(webhook_id: UUID, webhook_delivery_id: UUID) -> Response:
    webhook = service.webhook(webhook_id)
    deliveries.replay(webhook, deliveries.delivery(webhook, webhook_delivery_id))
    flash("It is tried again.", "success")
    return redirect(request.path.removesuffix("/replays"), 303)


def _secret_form() -> Form[SecretIn]:
    return Form(SecretIn, {"overlap_hours": schemas.DEFAULT_OVERLAP})


def _out(webhook_id: UUID) -> WebhookOut:
    return WebhookOut.model_validate(service.webhook(webhook_id))


def _shown(webhook_id: UUID) -> dict[str, object]:
    """Plain values: a refused form is drawn when the transaction has ended."""
    found = service.webhook(webhook_id)
    query = DeliveryQuery.model_validate(request.args.to_dict())
    return {
        "webhook": WebhookOut.model_validate(found),
        "page": deliveries.deliveries(found, query).map(schemas.DeliveryOut.model_validate),
        "outcome_asked": query.outcome,
        "replay_form": Form(ReplayIn),
    }
