import json
from pathlib import Path

import pytest

from stackroom.web.assets import AssetsMissing, asset, asset_url

MANIFEST = {
    "src/main.ts": {
        "file": "assets/main-1.js",
        "css": ["assets/main-1.css"],
        "imports": ["_api-2.js", "_vue-3.js"],
    },
    "_api-2.js": {"file": "assets/api-2.js", "imports": ["_vue-3.js"], "css": ["assets/api-2.css"]},
    "_vue-3.js": {"file": "assets/vue-3.js", "imports": ["_api-2.js"]},
    "src/icons.svg": {"file": "assets/icons-4.svg"},
}


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    (tmp_path / "manifest.json").write_text(json.dumps(MANIFEST), encoding="utf-8")
    return tmp_path


def test_an_entry_comes_with_the_addresses_of_its_script_and_styles(dist: Path) -> None:
    main = asset("src/main.ts", dist)
    assert main.js == "/static/dist/assets/main-1.js"
    assert main.css == ("/static/dist/assets/api-2.css", "/static/dist/assets/main-1.css")


def test_everything_imported_is_preloaded_once_even_in_a_circle(dist: Path) -> None:
    preloads = asset("src/main.ts", dist).preloads
    assert preloads == ("/static/dist/assets/api-2.js", "/static/dist/assets/vue-3.js")


def test_a_single_file_has_an_address(dist: Path) -> None:
    assert asset_url("src/icons.svg", dist) == "/static/dist/assets/icons-4.svg"


def test_an_unbuilt_front_end_says_how_to_build_it(tmp_path: Path) -> None:
    with pytest.raises(AssetsMissing, match=r"npm ci && npm run build"):
        asset("src/main.ts", tmp_path)


def test_an_unknown_source_is_named_with_those_that_exist(dist: Path) -> None:
    with pytest.raises(AssetsMissing, match=r"no “src/mian.ts”; it has .*src/main.ts"):
        asset("src/mian.ts", dist)
