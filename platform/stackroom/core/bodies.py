"""Bodies and queries: read strictly by pydantic, and written by it straight to bytes."""

from typing import Any, cast

from apiflask.schema_adapters.pydantic import PydanticAdapter
from flask import Request, Response
from flask.json.provider import DefaultJSONProvider
from pydantic import BaseModel, ValidationError
from werkzeug.datastructures import MultiDict

from stackroom.core.errors import FieldError, Invalid, InvalidJson, UnsupportedMediaType


class Bodies(PydanticAdapter):
    """APIFlask's own takes JSON of any content type, and of a name sent twice the first value."""

    def validate_input(self, request: Request, location: str, **kwargs: Any) -> BaseModel:
        if location == "json":
            return self._body(request)
        if location == "query":
            return self.model_class.model_validate(_each_once(request.args))
        return super().validate_input(request, location, **kwargs)

    def _body(self, request: Request) -> BaseModel:
        """Without a body: as if it were empty, so that what is required is named. Strict: JSON
        has its own true and numbers, and 0 for a day would be 1970."""
        body = request.get_data()
        if body and not request.is_json:
            raise UnsupportedMediaType
        try:
            return self.model_class.model_validate_json(body or b"{}", strict=True)
        except ValidationError as error:
            first = error.errors()[0]
            if first["type"] != "json_invalid":
                raise
            raise InvalidJson(first["msg"]) from None

    def serialize_output(self, data: Any, many: bool = False) -> Any:
        """A model stays one until `Json` writes it: a dict between would double the time."""
        return data if isinstance(data, BaseModel) else super().serialize_output(data, many)


class Json(DefaultJSONProvider):
    def response(self, *args: Any, **kwargs: Any) -> Response:
        if args and isinstance(args[0], BaseModel):
            return Response(args[0].model_dump_json(), mimetype=self.mimetype)
        return cast("Response", super().response(*args, **kwargs))


def _each_once(arguments: MultiDict[str, str]) -> dict[str, str]:
    """Raises Invalid: of two values one would be dropped in silence."""
    twice = [name for name, values in arguments.lists() if len(values) > 1]
    if twice:
        faults = [FieldError(name, "It was sent more than once; send it once.") for name in twice]
        raise Invalid(f"{', '.join(twice)}: send each parameter once.", errors=faults)
    return arguments.to_dict()
