"""Who asks decides what is shown; the same for the API and the pages."""

from stackroom.catalogue.permissions import ITEMS_READ
from stackroom.catalogue.queries import Criteria
from stackroom.catalogue.schemas import BibQuery
from stackroom.core.http import principal_or_none


def shows_suppressed() -> bool:
    person = principal_or_none()
    return person is not None and person.may(ITEMS_READ)


def criteria(query: BibQuery) -> Criteria:
    asked = query.model_dump(exclude={"page", "per_page", "sort", "facets"}, exclude_none=True)
    return Criteria(shows_suppressed=shows_suppressed(), **asked)
