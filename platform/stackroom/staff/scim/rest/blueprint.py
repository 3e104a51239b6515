"""SCIM 2.0 (RFC 7644): what the organisation's directory calls, by an API key. Refusals of the
edge, of the services and of the standard's own models all take its shape."""

from typing import TYPE_CHECKING, cast

from apiflask import APIBlueprint
from flask import Response
from pydantic import ValidationError
from scim2_models import Error, SCIMException

from stackroom.staff.scim.address import PREFIX
from stackroom.staff.scim.rest import answers

if TYPE_CHECKING:
    from stackroom.core.http import Stackroom

api = APIBlueprint("scim", __name__, url_prefix=PREFIX)
api.record_once(
    lambda state: cast("Stackroom", state.app).error_shapes.update({PREFIX: answers.problem})
)


@api.errorhandler(SCIMException)
def refuse(error: SCIMException) -> Response:
    return answers.error(error.to_error())


@api.errorhandler(ValidationError)
def refuse_invalid(error: ValidationError) -> Response:
    return answers.error(Error.from_validation_errors(error)[0])
