from stackroom.core.errors import Conflict


class WebhookNameTaken(Conflict):
    code = "webhook_name_taken"
    detail = "A webhook has this name already; choose another."


class TooManyWebhooks(Conflict):
    code = "too_many_webhooks"
    detail = "There are ten webhooks, and no more fit; remove one first."


class DeliveryNotDead(Conflict):
    code = "webhook_delivery_not_dead"
    detail = "It has arrived, or is still being tried; only what was given up is set going again."
