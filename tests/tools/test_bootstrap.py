"""A machine that cannot run Stackroom is told so in one sentence with a remedy."""

import ast
from pathlib import Path

import pytest

from tools import bootstrap, frontend, steps
from tools.steps import Fault


@pytest.mark.parametrize("module", [bootstrap, frontend, steps])
def test_an_old_python_can_parse_what_refuses_it(module: object) -> None:
    source = Path(str(module.__dict__["__file__"])).read_text()

    ast.parse(source, feature_version=(3, 8))


def test_an_old_python_is_named_with_the_remedy() -> None:
    with pytest.raises(Fault, match=r"3\.11 or newer and this is 3\.8\.18; .*PYTHON=python3\.12"):
        bootstrap.need_python((3, 8, 18))


def test_python_3_11_will_do() -> None:
    bootstrap.need_python((3, 11, 0))


def test_the_first_set_up_needs_more_space_than_a_later_run() -> None:
    bootstrap.need_space(500, first_time=False)
    with pytest.raises(Fault, match="500 MB left and 1500 MB are needed"):
        bootstrap.need_space(500, first_time=True)


def test_a_full_disk_is_named_before_the_database_meets_it() -> None:
    with pytest.raises(Fault, match=r"3 MB left .* free some space"):
        bootstrap.need_space(3, first_time=False)
