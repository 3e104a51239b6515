"""v1 of webhooks of the audit trail."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import g

from stackroom.core.pagination import PageQuery
from stackroom.core.permissions import requires
from stackroom.oversight.webhooks import deliveries, service
from stackroom.oversight.webhooks.permissions import AUDIT_WEBHOOKS
from stackroom.oversight.webhooks.schemas import (
    AttemptOut,
    DeliveriesPage,
    DeliveryOut,
    DeliveryQuery,
    DeliveryWithAttemptsOut,
    ReplayIn,
    ReplayOut,
    SecretIn,
    WebhookChange,
    WebhookIn,
    WebhookOut,
    WebhookSecretOut,
    WebhooksPage,
)
from stackroom.oversight.webhooks.terms import terms

api = APIBlueprint("webhooks_v1", __name__, url_prefix="/api/v1", tag="Audit")


@api.get("/audit/webhooks")
@requires(AUDIT_WEBHOOKS)
@api.input(PageQuery, location="query")
@api.output(WebhooksPage)
def list_webhooks(query_data: PageQuery) -> WebhooksPage:
    page = service.webhooks(query_data).map(WebhookOut.model_validate)
    g.links = page.links()
    return WebhooksPage.model_validate(page)


@api.post("/audit/webhooks")
@requires(AUDIT_WEBHOOKS, step_up=True, shows_secret=True)
@api.input(WebhookIn)
@api.output(WebhookSecretOut, 201)
def create_webhook(json_data: WebhookIn) -> WebhookSecretOut:
    """Have the trail sent to a server of yours, from now on. `secret` is shown this once."""
    return _made(service.add(json_data, terms()))


@api.get("/audit/webhooks/<uuid:webhook_id>")
@requires(AUDIT_WEBHOOKS)
@api.output(WebhookOut)
def get_webhook(webhook_id: UUID) -> WebhookOut:
    return WebhookOut.model_validate(service.webhook(webhook_id))


@api.patch("/audit/webhooks/<uuid:webhook_id>")
@requires(AUDIT_WEBHOOKS, step_up=True)
@api.input(WebhookChange)
@api.output(WebhookOut)
def change_webhook(webhook_id: UUID, json_data: WebhookChange) -> WebhookOut:
    """Change it, pause it (`"state": "paused"`) or resume it (`"state": "on"`)."""
    given = json_data.model_dump(exclude_none=True)
    state = given.pop("state", None)
    found = service.change(webhook_id, terms(), **given)
    if state:
        found = (service.pause if state == "paused" else service.resume)(webhook_id)
    return WebhookOut.model_validate(found)


@api.delete("/audit/webhooks/<uuid:webhook_id>")
@requires(AUDIT_WEBHOOKS, step_up=True)
@api.output({}, 204)
def delete_webhook(webhook_id: UUID) -> Any:
    """Remove it, with what waits for it and what is kept of its deliveries."""
    service.remove(webhook_id)
    return ""


@api.post("/audit/webhooks/<uuid:webhook_id>/secrets")
@requires(AUDIT_WEBHOOKS, step_up=True, shows_secret=True)
@api.input(SecretIn)
@api.output(WebhookSecretOut, 201)
@api.doc(summary="Replace webhook secret")
def create_webhook_secret(webhook_id: UUID, json_data: SecretIn) -> WebhookSecretOut:
    """For `overlap_hours` both secrets sign; the old one then signs no more."""
    overlap = timedelta(hours=json_data.overlap_hours)
    return _made(service.replace_secret(webhook_id, terms(), overlap=overlap))


@api.post("/audit/webhooks/<uuid:webhook_id>/tests")
@requires(AUDIT_WEBHOOKS)
@api.output(DeliveryOut, 202)
@api.doc(summary="Test webhook")
def create_webhook_test(webhook_id: UUID) -> DeliveryOut:
    """Send the latest entry once, also while it is paused."""
    return DeliveryOut.model_validate(deliveries.test(service.webhook(webhook_id)))


@api.post("/audit/webhooks/<uuid:webhook_id>/replays")
@requires(AUDIT_WEBHOOKS)
@api.input(ReplayIn)
@api.output(ReplayOut, 202)
@api.doc(summary="Replay span")
def create_webhook_replay(webhook_id: UUID, json_data: ReplayIn) -> ReplayOut:
    """Send again what happened in a span of time, in new messages. Entries keep their ids."""
    added = deliveries.replay_span(service.webhook(webhook_id), json_data)
    return ReplayOut(transactions=added)


@api.get("/audit/webhooks/<uuid:webhook_id>/deliveries")
@requires(AUDIT_WEBHOOKS)
@api.input(DeliveryQuery, location="query")
@api.output(DeliveriesPage)
def list_webhook_deliveries(webhook_id: UUID, query_data: DeliveryQuery) -> DeliveriesPage:
    """Latest first; `outcome=dead` are the dead letters."""
    found = deliveries.deliveries(service.webhook(webhook_id), query_data)
    page = found.map(DeliveryOut.model_validate)
    g.links = page.links()
    return DeliveriesPage.model_validate(page)


@api.get("/audit/webhooks/<uuid:webhook_id>/deliveries/<uuid:webhook_delivery_id>")
@requires(AUDIT_WEBHOOKS)
@api.output(DeliveryWithAttemptsOut)
def get_webhook_delivery(webhook_id: UUID, webhook_delivery_id: UUID) -> DeliveryWithAttemptsOut:
    found = deliveries.delivery(service.webhook(webhook_id), webhook_delivery_id)
    tries = [AttemptOut.model_validate(each) for each in deliveries.attempts(found)]
    shown = DeliveryOut.model_validate(found).model_dump()
    return DeliveryWithAttemptsOut(**shown, tries=tries)


@api.post("/audit/webhooks/<uuid:webhook_id>/deliveries/<uuid:webhook_delivery_id>/replays")
@requires(AUDIT_WEBHOOKS)
@api.output(DeliveryOut, 202)
@api.doc(summary="Replay dead letter")
def create_webhook_delivery_replay(webhook_id: UUID, webhook_delivery_id: UUID) -> DeliveryOut:
    """Try a delivery that was given up once more, under its old id."""
    webhook = service.webhook(webhook_id)
    found = deliveries.replay(webhook, deliveries.delivery(webhook, webhook_delivery_id))
    return DeliveryOut.model_validate(found)


def _made(made: service.Made) -> WebhookSecretOut:
    shown = WebhookOut.model_validate(made.webhook)
    return WebhookSecretOut(**shown.model_dump(), secret=made.secret)
