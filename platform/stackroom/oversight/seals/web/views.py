"""The pages of the seals: what is sealed, whether it is sound, evidence, proofs, keys."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from stackroom.core.http import app
from stackroom.core.pagination import PageQuery
from stackroom.core.permissions import public, requires
from stackroom.oversight.seals import downloads, showing
from stackroom.oversight.seals import permissions as may
from stackroom.oversight.seals.models import UNDERWAY, EvidenceFile, Rhythm, SealCheck
from stackroom.oversight.seals.schemas import CheckOut, DeliveryIn, EvidenceIn, EvidenceOut
from stackroom.oversight.seals.service import delivering, jobs, keys, proofs, sealing
from stackroom.oversight.seals.service.sealing import WHY
from stackroom.web.forms import Form, submitted
from tenants import context

web = Blueprint("seals", __name__, template_folder="templates")
RHYTHMS = [
    (Rhythm.WEEKLY.value, "every week"),
    (Rhythm.DAILY.value, "every day"),
    (Rhythm.NEVER.value, "never"),
]


@web.context_processor
def addresses() -> dict[str, Any]:
    return {
        "origin": _origin,
        "keys_address": downloads.KEYS_ADDRESS,
        "underway": UNDERWAY,
        "rhythms": RHYTHMS,
    }


def _origin() -> str:
    """Asked as a page is drawn: on another host, where none is, no organisation is open."""
    return app().settings.origin(context.current().host)


@web.get("/audit/seals")
@requires(may.SEALS_READ)
def index() -> str:
    query = PageQuery.model_validate(request.args.to_dict())
    return render_template("seals/index.html", form=Form(EvidenceIn), **_index(query))


def _index(query: PageQuery) -> dict[str, Any]:
    recent = PageQuery(per_page=5)
    return {
        "page": sealing.checkpoints(query).map(showing.checkpoint),
        "standing": showing.standing(),
        "keys": showing.all_keys(),
        "checks": jobs.jobs(SealCheck, recent).map(CheckOut.model_validate).items,
        "files": jobs.jobs(EvidenceFile, recent).map(EvidenceOut.model_validate).items,
        "delivery": showing.delivery(),
    }


@web.post("/audit/seals/now")
@requires(may.SEALS_OWN)
def seal_now() -> Redirect:
    jobs.ask_to_seal()
    flash("What waits is being sealed; load this page again in a moment.", "success")
    return redirect(url_for(".index"), 303)


@web.get("/audit/seals/checkpoints/<int:number>")
@requires(may.SEALS_READ)
def checkpoint(number: int) -> str:
    shown = showing.checkpoint(sealing.checkpoint(number))
    newest = sealing.latest()
    return render_template(
        "seals/checkpoint.html", shown=shown, last=newest.number if newest else number
    )


@web.post("/audit/seals/checks")
@requires(may.SEALS_OWN, open_when_suspended=True)
def check_now() -> Redirect:
    with context.writing_though_read_only(WHY):
        made = jobs.ask_check()
    return redirect(url_for(".check", audit_seal_check_id=made.id), 303)


@web.get("/audit/seals/checks/<uuid:audit_seal_check_id>")
@requires(may.SEALS_READ)
def check(audit_seal_check_id: UUID) -> str:
    found = jobs.job(SealCheck, audit_seal_check_id)
    return render_template("seals/check.html", check=CheckOut.model_validate(found))


@web.post("/audit/seals/evidence")
@requires(may.SEALS_OWN, open_when_suspended=True)
def ask_evidence() -> Redirect:
    form = submitted(EvidenceIn)
    with (
        context.writing_though_read_only(WHY),
        form.or_again("seals/index.html", **_index(PageQuery())) as given,
    ):
        jobs.ask_evidence(given.first, given.last)
    flash("The evidence is being put together; this page shows how far it is.", "success")
    return redirect(url_for(".index"), 303)


@web.get("/audit/seals/evidence/<uuid:audit_evidence_file_id>/file")
@requires(may.SEALS_READ, open_when_suspended=True, writes=True)
def evidence_file(audit_evidence_file_id: UUID) -> Response:
    return downloads.evidence(audit_evidence_file_id)


@web.get("/audit/seals/proofs/<entry_id>")
@requires(may.SEALS_READ)
def proof(entry_id: str) -> str:
    found = proofs.sealed_in(entry_id)
    shown = showing.checkpoint(found) if found else None
    return render_template("seals/proof.html", entry_id=entry_id, shown=shown)


@web.get("/audit/seals/proofs/<entry_id>/file")
@requires(may.SEALS_READ, open_when_suspended=True, writes=True)
def proof_file(entry_id: str) -> Response:
    return downloads.proof(entry_id)


@web.get("/audit/seals/settings")
@requires(may.SEALS_MANAGE, step_up=True)
def settings() -> str:
    shown = showing.delivery()
    data = {**shown.model_dump(), "addresses": ", ".join(shown.addresses)}
    return render_template("seals/settings.html", form=Form(DeliveryIn, data), **_settings())


@web.post("/audit/seals/settings")
@requires(may.SEALS_MANAGE, step_up=True)
def change_delivery() -> Redirect:
    form = submitted(DeliveryIn)
    form.data["addresses"] = request.form.get("addresses", "")  # one field for all
    with form.or_again("seals/settings.html", **_settings()) as given:
        delivering.change(given, showing.outbound())
    flash("Saved. The next checkpoint that is due goes there.", "success")
    return redirect(url_for(".index"), 303)


def _settings() -> dict[str, Any]:
    return {"keys": showing.all_keys()}


@web.post("/audit/seals/keys")
@requires(may.SEALS_MANAGE, step_up=True)
def rotate() -> Redirect:
    made = keys.rotate(showing.vault())
    flash(f"From now on the key {made.key_id} seals; the one before it is destroyed.", "success")
    return redirect(url_for(".index"), 303)


@web.get("/audit/seals/verify.py")
@public("a program that checks evidence anywhere, and holds nothing of anybody", asks_who=False)
def verifier() -> Response:
    return downloads.verifier()


@web.get(downloads.KEYS_ADDRESS)
@public("whoever was handed evidence finds the keys here, without an account")
def public_keys() -> Response:
    return downloads.public_keys()
