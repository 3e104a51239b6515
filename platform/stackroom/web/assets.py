"""The built front end, as Vite's manifest lists it."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DIST = Path(__file__).parent / "static" / "dist"
PREFIX = "/static/dist/"  # `base` in vite.config.ts says the same

Manifest = dict[str, dict[str, Any]]


class AssetsMissing(Exception):
    """The front end was not built, or a page asks for a source that it does not have."""


@dataclass(frozen=True, slots=True)
class Assets:
    """Addresses below `/static/dist/`; `preloads` are the modules that `js` imports."""

    js: str
    css: tuple[str, ...]
    preloads: tuple[str, ...]


def asset(entry: str, dist: Path = DIST) -> Assets:
    """What a page needs of one entry, named by its source: `src/main.ts`.

    Raises AssetsMissing.
    """
    manifest = _manifest(dist)
    chunk = _chunk(manifest, entry)
    imported = _imports(manifest, chunk)
    css = [style for part in (*imported, chunk) for style in part.get("css", ())]
    return Assets(
        js=_url(chunk),
        css=tuple(PREFIX + style for style in dict.fromkeys(css)),
        preloads=tuple(_url(part) for part in imported),
    )


def asset_url(source: str, dist: Path = DIST) -> str:
    """The address of one file, named by its source: `src/icons.svg`. Raises AssetsMissing."""
    return _url(_chunk(_manifest(dist), source))


@cache
def _manifest(dist: Path) -> Manifest:
    try:
        text = (dist / "manifest.json").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise AssetsMissing(
            f"The front end is not built: {dist}/manifest.json is missing. "
            "Run `make run`, or `npm ci && npm run build` in platform/frontend."
        ) from None
    manifest: Manifest = json.loads(text)
    return manifest


def _chunk(manifest: Manifest, source: str) -> dict[str, Any]:
    if source not in manifest:
        raise AssetsMissing(
            f"The front end has no “{source}”; it has {', '.join(sorted(manifest))}. "
            "Build it again if its sources have changed."
        )
    return manifest[source]


def _imports(manifest: Manifest, chunk: dict[str, Any]) -> list[dict[str, Any]]:
    """Everything that the chunk imports, each once, however deep."""
    found: dict[str, dict[str, Any]] = {}
    waiting = list(chunk.get("imports", ()))
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = _chunk(manifest, name)
            waiting += found[name].get("imports", ())
    return list(found.values())


def _url(chunk: dict[str, Any]) -> str:
    return PREFIX + str(chunk["file"])
