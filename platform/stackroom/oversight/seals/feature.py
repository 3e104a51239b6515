from flask import url_for

from stackroom.core.features import Feature, NavItem
from stackroom.oversight.seals import notices, tasks
from stackroom.oversight.seals.events import SUBJECT
from stackroom.oversight.seals.models import SealDelivery
from stackroom.oversight.seals.permissions import PERMISSIONS, SEALS_READ
from stackroom.oversight.seals.rest.v1 import api
from stackroom.oversight.seals.service import delivering, jobs
from stackroom.oversight.seals.web.views import web

feature = Feature(
    name="seals",
    permissions=PERMISSIONS,
    api=api,
    web=web,
    audit_pages=(NavItem("Checkpoints", "seals.index", "shield-lock", 50, SEALS_READ),),
    subscriptions={
        jobs.SEAL: tasks.seal_now,
        jobs.CHECK: tasks.run_check,
        jobs.EVIDENCE: tasks.write_evidence,
        notices.MAIL_CHECKPOINT: notices.send_checkpoint,
        notices.MAIL_BROKEN: notices.send_broken,
        delivering.POST: tasks.post_checkpoint,
    },
    chores=tasks.CHORES,
    though_read_only=frozenset({jobs.CHECK, jobs.EVIDENCE, notices.MAIL_BROKEN}),
    pages=dict.fromkeys((SUBJECT, "seal_delivery"), lambda _: url_for("seals.index")),
    restorers={SealDelivery: "Where checkpoints go is changed on the page of the seals."},
)
