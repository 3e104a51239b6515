"""v1 of erasing patrons, and of revealing them to auditors."""

from uuid import UUID

from apiflask import APIBlueprint

from stackroom.core.http import app
from stackroom.core.permissions import requires
from stackroom.files.adapters import files
from stackroom.oversight.disclosure import permissions as may
from stackroom.oversight.disclosure.schemas import (
    ErasureIn,
    ErasureOut,
    FoundList,
    FoundOut,
    RevealedList,
    RevealedOut,
    RevealIn,
    SearchIn,
)
from stackroom.oversight.disclosure.service import erasing, revealing

api = APIBlueprint("disclosure_v1", __name__, url_prefix="/api/v1", tag="Privacy")


@api.post("/patrons/<uuid:patron_id>/erase")
@requires(may.PATRONS_ERASE, step_up=True, shows_secret=True)
@api.input(ErasureIn)
@api.output(ErasureOut)
@api.doc(responses={409: "Something has to be settled first", 410: "Erased before"})
def erase_patron(patron_id: UUID, json_data: ErasureIn) -> ErasureOut:
    """Erase a patron for good: their record, their sign-in, and the key without which nobody can
    read what history says of them. A dry run says what goes, what stays and what hinders."""
    if json_data.dry_run:
        plan = erasing.preview(patron_id)
    else:
        plan = erasing.erase(patron_id, json_data.reason, files(app().settings))
    return ErasureOut(
        pseudonym=plan.pseudonym,
        goes=plan.goes,
        stays=plan.stays,
        hinders=plan.hinders,
        loans=plan.loans,
        dry_run=json_data.dry_run,
    )


@api.post("/audit/entries/<entry_id>/reveal")
@requires(may.PERSONAL_READ, step_up=True, shows_secret=True)
@api.input(RevealIn)
@api.output(RevealedList)
@api.doc(responses={409: "The entry hides nothing", 410: "The patron was erased"})
def reveal_entry(entry_id: str, json_data: RevealIn) -> RevealedList:
    """Who stands behind the pseudonyms of one entry, and what it hides. That you asked, and why,
    stands in the trail."""
    revealed = revealing.reveal(entry_id, json_data.reason)
    return RevealedList(items=[RevealedOut.model_validate(one) for one in revealed])


@api.post("/audit/patrons/search")
@requires(may.PERSONAL_READ, step_up=True, shows_secret=True)
@api.input(SearchIn)
@api.output(FoundList)
def find_patrons(json_data: SearchIn) -> FoundList:
    """The pseudonyms of patrons, by name, card or e-mail; the first 20. Each is kept in the
    trail."""
    found = revealing.find(json_data)
    return FoundList(items=[FoundOut.model_validate(one) for one in found])
