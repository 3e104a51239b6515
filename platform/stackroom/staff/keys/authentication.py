"""From `Authorization: Bearer sr_…` to the service account behind it."""

from uuid import UUID

import structlog
from flask import Request, Response, after_this_request
from sqlalchemy.exc import SQLAlchemyError

from stackroom.core.database import transaction
from stackroom.core.permissions import Principal
from stackroom.staff.keys import bearer, service
from tenants import context
from tenants.database import reads_only

log = structlog.get_logger()


def authenticate(token: str, request: Request) -> Principal:
    """Raises InvalidKey, WrongOrganisation, KeyEnded or AddressRefused."""
    address = request.remote_addr or ""
    holder = bearer.holder(token, address)
    key_id = holder.principal.session_id
    if holder.use_is_due:
        # Most calls only read, and may not write: their use is noted once they are answered.
        @after_this_request
        def note(response: Response) -> Response:
            _note_use(key_id, address)
            return response

    return holder.principal


def _note_use(key_id: UUID, address: str) -> None:
    """The answer stands already, and must not fail because this does."""
    try:
        with (
            reads_only(False),
            context.writing_though_read_only("that a key was used is no change by its holder"),
            transaction(),
        ):
            service.note_use(key_id, address)
    except SQLAlchemyError as error:
        log.warning("use_of_api_key_not_noted", key_id=str(key_id), error=str(error))
