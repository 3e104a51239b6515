"""The macros as a page uses them, drawn by the Jinja of a bare Flask app."""

import json
import re
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from pydantic import BaseModel, Field

from stackroom.web.assets import asset, asset_url

TEMPLATES = Path(__file__).parents[3] / "platform" / "stackroom" / "web" / "templates"


class Record(BaseModel):
    title: str = Field(min_length=2, max_length=200)
    slug: str | None = Field(None, max_length=40, pattern="^[a-z-]+$")
    year: int = Field(ge=0, le=2100)


@pytest.fixture
def bare(tmp_path: Path) -> Flask:
    manifest = {name: {"file": "f"} for name in ("src/main.ts", "src/icons.svg")}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    app = Flask(__name__, template_folder=str(TEMPLATES))
    app.secret_key = "for flashed messages"
    app.jinja_env.globals.update(
        asset=partial(asset, dist=tmp_path), asset_url=partial(asset_url, dist=tmp_path),
        csrf_token=lambda: "token-1", csp_nonce=lambda: "nonce-1",
    )  # fmt: skip
    return app


def draw(app: Flask, source: str, **context: Any) -> str:
    imports = "".join(
        f"{{% import 'components/{name}.html' as {name} %}}"
        for name in (
            "buttons dialogs feedback forms page pagination search tables timeline".split()
        )
    )
    with app.test_request_context("/"):
        drawn = app.jinja_env.from_string(imports + source).render(**context)
    return re.sub(r"\s+", " ", drawn)


def test_a_field_carries_the_constraints_of_the_model_that_reads_it(bare: Flask) -> None:
    form = SimpleNamespace(schema=Record.model_json_schema(), data={}, errors={})
    title = draw(bare, "{{ forms.field(form, 'title', 'Title') }}", form=form)
    assert 'minlength="2" maxlength="200"' in title
    assert " required" in title
    year = draw(bare, "{{ forms.field(form, 'year', 'Year', type='number') }}", form=form)
    assert 'min="0" max="2100"' in year


def test_an_optional_member_keeps_its_constraints_and_is_not_required(bare: Flask) -> None:
    form = SimpleNamespace(schema=Record.model_json_schema())
    slug = draw(bare, "{{ forms.field(form, 'slug', 'Slug') }}", form=form)
    assert 'maxlength="40" data-pattern="^[a-z-]+$"' in slug
    assert " required" not in slug


def test_an_argument_comes_before_the_schema(bare: Flask) -> None:
    form = SimpleNamespace(schema=Record.model_json_schema())
    title = draw(
        bare, "{{ forms.field(form, 'title', 'T', maxlength=9, required=false) }}", form=form
    )
    assert 'maxlength="9"' in title
    assert " required" not in title


def test_an_error_stands_beside_its_field_and_in_the_summary(bare: Flask) -> None:
    form = SimpleNamespace(errors={"title": "Give it a title."}, data={})
    page = draw(
        bare,
        "{% call forms.form(form) %}{{ forms.field(form, 'title', 'Title', help='As printed') }}"
        "{% endcall %}",
        form=form,
    )
    assert '<a class="alert-link" href="#field-title">Title</a>: Give it a title.' in page
    assert 'id="field-title-error">Give it a title.</div>' in page
    assert 'aria-describedby="field-title-help field-title-error"' in page
    assert 'aria-invalid="true"' in page


def test_a_posted_form_carries_the_csrf_token_and_a_search_does_not(bare: Flask) -> None:
    assert 'value="token-1"' in draw(bare, "{% call forms.form() %}{% endcall %}")
    search = draw(bare, "{% call forms.form(method='get') %}{% endcall %}")
    assert "token-1" not in search


@pytest.mark.parametrize("macro", ["field", "textarea"])
def test_what_people_type_cannot_become_markup(bare: Flask, macro: str) -> None:
    form = SimpleNamespace(data={"title": '"><script>alert(1)</script>'}, errors={})
    page = draw(bare, f"{{{{ forms.{macro}(form, 'title', 'Title') }}}}", form=form)
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_a_value_of_nought_is_shown_and_none_is_empty(bare: Flask) -> None:
    form = SimpleNamespace(data={"copies": 0, "year": None})
    assert 'value="0"' in draw(bare, "{{ forms.field(form, 'copies', 'Copies') }}", form=form)
    assert 'value=""' in draw(bare, "{{ forms.field(form, 'year', 'Year') }}", form=form)


def test_a_password_is_never_sent_back(bare: Flask) -> None:
    form = SimpleNamespace(data={"password": "correct horse"})
    page = draw(bare, "{{ forms.field(form, 'password', 'P', type='password') }}", form=form)
    assert "correct horse" not in page


def test_a_list_ticks_what_it_holds(bare: Flask) -> None:
    form = SimpleNamespace(data={"roles": ["auditor"]}, errors={})
    page = draw(
        bare,
        "{{ forms.checkboxes(form, 'roles', 'Roles', [('admin', 'A'), ('auditor', 'B')]) }}",
        form=form,
    )
    assert 'value="auditor" checked' in page
    assert 'value="admin" checked' not in page


@pytest.mark.parametrize(
    ("number", "shown", "numbers"),
    [
        (1, "1–20 of 1,234", ["1", "2", "3", "62"]),
        (30, "581–600 of 1,234", ["1", "28", "29", "30", "31", "32", "62"]),
        (62, "1,221–1,234 of 1,234", ["1", "60", "61", "62"]),
        (99, "Nothing on this page of 1,234", ["1", "62"]),
    ],
)
def test_the_pager_shows_the_ends_and_the_neighbours(
    bare: Flask, number: int, shown: str, numbers: list[str]
) -> None:
    found = SimpleNamespace(page=number, per_page=20, total=1234)
    drawn = draw(bare, "{{ pagination.pagination(found, '?page={}'.format) }}", found=found)
    assert shown in drawn
    assert re.findall(r'aria-label="Page (\d+)"', drawn) == numbers


def test_one_page_needs_no_pager(bare: Flask) -> None:
    found = SimpleNamespace(page=1, per_page=20, total=3)
    drawn = draw(bare, "{{ pagination.pagination(found, '?page={}'.format) }}", found=found)
    assert "1–3 of 3" in drawn
    assert "<nav" not in drawn


def test_each_cell_names_its_column_for_narrow_pages(bare: Flask) -> None:
    drawn = draw(
        bare,
        "{% call(row) tables.table('Loans', ['Due'], [1]) %}{{ tables.cell('Due', row) }}"
        "{% endcall %}",
    )
    assert '<td role="cell" data-label="Due"><span>1</span></td>' in drawn


def test_a_diff_says_before_and_after_without_colour(bare: Flask) -> None:
    changes = [{"field": "year", "before": None, "after": 1915}]
    drawn = draw(bare, "{{ timeline.diff(changes) }}", changes=changes)
    assert "<em>nothing</em>" in drawn
    assert '<ins><span class="visually-hidden">after: </span>1915</ins>' in drawn


STATUSES = (400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503)


@pytest.mark.parametrize("status", STATUSES)
def test_an_error_page_needs_neither_database_nor_organisation(bare: Flask, status: int) -> None:
    problem = {"status": status, "title": "No", "detail": "Because.", "request_id": "r-1"}
    with bare.test_request_context("/"):
        page = bare.jinja_env.get_template("errors/problem.html").render(problem=problem)
    assert f">{status}</p>" in page
    assert "Because." in page
    assert "<code>r-1</code>" in page
    assert "Go back and try again." not in page, "each status has advice of its own"


def test_a_refused_page_shows_every_reason(bare: Flask) -> None:
    reasons = [{"code": "a", "message": "First."}, {"code": "b", "message": "Second."}]
    problem = {"status": 409, "title": "Refused", "detail": "", "errors": [], "reasons": reasons}
    with bare.test_request_context("/"):
        page = bare.jinja_env.get_template("errors/problem.html").render(problem=problem)
    assert "First." in page
    assert "Second." in page


def test_no_template_holds_what_the_content_security_policy_refuses() -> None:
    """Inline styles and handlers would be dropped by the browser without a word."""
    refused = re.compile(r"\sstyle=|\son\w+=\"|javascript:|https?://(?!www\.w3\.org)")
    sources = {path: path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html")}
    assert sources
    assert not [path for path, source in sources.items() if refused.search(source)]


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    root = TEMPLATES.parents[3]
    known = set(json.loads((root / "platform" / "frontend" / "icons.json").read_text()))
    used = {
        name
        for path in (root / "platform" / "stackroom").rglob("*.html")
        for name in re.findall(r'icon(?:_name)?(?:=|\()"([\w-]+)"', path.read_text("utf-8"))
    }
    assert used
    assert used <= known
