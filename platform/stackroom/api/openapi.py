"""OpenAPI 3.1 of v1, drawn from the routes, and a page to try it, self-hosted."""

from stackroom.core.http import Stackroom
from stackroom.core.permissions import Host, public

SPEC_PATH = "/api/v1/openapi.json"


def new_app() -> Stackroom:
    app = Stackroom(
        "stackroom",
        title="Stackroom",
        version="1",
        spec_path=SPEC_PATH,
        docs_path=None,
        json_errors=False,
        static_folder=None,
    )
    app.config.update(
        OPENAPI_VERSION="3.1.0",
        AUTO_404_RESPONSE=False,
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        SYNC_LOCAL_SPEC=False,
        SERVERS=[{"url": "/", "description": "the organisation's own host"}],
    )
    return app


def install(app: Stackroom) -> None:
    for endpoint, view in app.view_functions.items():
        if endpoint.startswith("openapi."):
            public("the description of the API is no secret", host=Host.BOTH)(view)
