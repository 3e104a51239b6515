"""Forms of pages, read by the same pydantic models as the API's bodies."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Generic, TypeVar, get_args, get_origin

from flask import Response, make_response, render_template, request
from pydantic import BaseModel, ValidationError

from stackroom.core import problems
from stackroom.core.errors import Problem

M = TypeVar("M", bound=BaseModel)


class Form(Generic[M]):
    """What `components/forms.html` draws: values and messages by field, and the model's schema.

    A view reads it in three lines; a refusal rolls back and shows the page again, with the
    messages beside the fields:

        form = submitted(StaffIn)
        with form.or_again("staff/new.html", roles=ROLES) as given:
            service.add(**given.model_dump())
    """

    def __init__(self, model: type[M], data: Mapping[str, Any] | None = None) -> None:
        self.model = model
        self.data = dict(data or {})
        self.errors: dict[str, str] = {}
        self.schema = model.model_json_schema()
        self.prefix = "field"

    @contextmanager
    def or_again(self, template: str, **page: Any) -> Iterator[M]:
        """The validated form, for a `with` block that does the work.

        A Problem raised inside shows `template` again under the problem's own status. It is drawn
        after the transaction has ended, so `page` holds plain values and no models.
        """
        try:
            yield self._read()
        except Problem as problem:
            self._take(problem)
            raise FormRefused(self, problem, template, page) from None

    def _read(self) -> M:
        # What was left empty was not given: the model's default holds, or it is required.
        given = {name: value for name, value in self.data.items() if value not in ("", [])}
        try:
            return self.model.model_validate(given)
        except ValidationError as error:
            raise problems.invalid(error) from None

    def _take(self, problem: Problem) -> None:
        for error in problem.errors:
            name = error.field.split(".")[0]
            self.errors[name if name in self.model.model_fields else ""] = error.message
        if not self.errors:
            self.errors[""] = problem.detail


class FormRefused(Exception):
    """Carries a refused form past the end of its transaction, which rolls back."""

    def __init__(
        self, form: Form[Any], problem: Problem, template: str, page: dict[str, Any]
    ) -> None:
        super().__init__(problem.detail)
        self.form, self.problem, self.template, self.page = form, problem, template, page


def show_again(refused: FormRefused) -> Response:
    """Installed as the error handler of FormRefused."""
    page = render_template(refused.template, form=refused.form, **refused.page)
    return make_response(page, refused.problem.status, refused.problem.headers)


def submitted(model: type[M]) -> Form[M]:
    """The present request's form; members that `model` does not name are left out."""
    data: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        many = _is_list(field.annotation)
        data[name] = request.form.getlist(name) if many else request.form.get(name, "")
    return Form(model, data)


def _is_list(annotation: Any) -> bool:
    """Also for `list[…] | None`."""
    return any(get_origin(part) is list for part in (annotation, *get_args(annotation)))
