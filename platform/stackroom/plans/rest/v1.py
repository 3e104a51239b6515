"""v1 of the plan and its use."""

from apiflask import APIBlueprint

from stackroom.core.permissions import requires
from stackroom.plans import service
from stackroom.plans.permissions import USAGE_READ
from stackroom.plans.schemas import UsageOut

api = APIBlueprint("plans_v1", __name__, url_prefix="/api/v1", tag="Organisation and staff")


@api.get("/usage")
@requires(USAGE_READ)
@api.output(UsageOut)
@api.doc(summary="Plan and usage")
def get_usage() -> UsageOut:
    """The organisation's plan, and how much of each of its limits is used."""
    return UsageOut.of(service.usage())
