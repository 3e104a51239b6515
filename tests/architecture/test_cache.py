"""Nobody reaches the cache but through the client that leads every key by the organisation."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PLATFORM = Path(__file__).parents[2] / "platform" / "stackroom"
ALLOWED = {
    "redis": {"core/cache_stores.py", "observability/checks.py"},
    "stackroom.core.cache_stores": {"core/cache.py", "core/limits.py"},
    "flask_caching": set[str](),
    "cachelib": set[str](),
    "flask_limiter": set[str](),
}
"""By module, the files that may import it. `checks` asks whether the server answers; `limits` takes
the shape of a count from the stores, whose keys it cannot make."""


def imports(source: str) -> Iterator[str]:
    """Every module that is named, those of `from a import b` also as `a.b`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if called in ("import_module", "__import__"):
                yield str(node.args[0].value)


def is_of(module: str, wanted: str) -> bool:
    return module == wanted or module.startswith(f"{wanted}.")


@pytest.mark.parametrize("guarded", ALLOWED)
def test_only_the_client_reaches_the_store(guarded: str) -> None:
    users = {
        str(file.relative_to(PLATFORM))
        for file in PLATFORM.rglob("*.py")
        if any(is_of(module, guarded) for module in imports(file.read_text()))
    }
    assert users <= ALLOWED[guarded], f"{guarded} is for {ALLOWED[guarded] or 'nobody'}"


@pytest.mark.parametrize(
    "line",
    [
        "import redis", "from redis.client import Redis", "import redis.asyncio as r",
        "def f():\n    from redis import Redis", "import_module('redis')",
    ],
)  # fmt: skip
def test_the_watch_sees_every_way_to_import(line: str) -> None:
    assert any(is_of(module, "redis") for module in imports(line))


def test_limits_takes_no_store() -> None:
    named = set(imports((PLATFORM / "core/limits.py").read_text()))
    from_stores = {name for name in named if name.startswith("stackroom.core.cache_stores.")}
    assert from_stores == {"stackroom.core.cache_stores.Add"}
