import json
from pathlib import Path

from stackroom.core.features import registry
from stackroom.core.http import Stackroom
from stackroom.web.assets import asset_url


def test_the_worker_answers_at_the_root_so_that_it_rules_over_every_page(app: Stackroom) -> None:
    host = f"http://{app.settings.base_domain}"
    with app.test_client().get("/service-worker.js", base_url=host) as answer:
        assert answer.status_code == 200
        assert answer.mimetype == "text/javascript"
        assert "immutable" not in answer.headers.get("Cache-Control", "")


def test_a_built_asset_is_served_where_pages_look_for_it(app: Stackroom) -> None:
    host = f"http://{app.settings.base_domain}"
    with app.test_client().get(asset_url("src/icons.svg"), base_url=host) as answer:
        assert answer.status_code == 200


def test_every_icon_of_the_navigation_is_in_the_sprite(app: Stackroom) -> None:
    icons = Path(__file__).parents[3] / "platform" / "frontend" / "icons.json"
    known = set(json.loads(icons.read_text(encoding="utf-8")))
    used = {item.icon for feature in registry.features for item in feature.navigation}
    assert used <= known
