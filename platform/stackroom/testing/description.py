"""`python -m stackroom.testing.description` renews docs/openapi-v1.json after a wanted change."""

import json
import tempfile
from pathlib import Path

from config import load
from stackroom.api.openapi import document
from stackroom.app import create_app
from stackroom.core.http import Stackroom

PATH = Path(__file__).parents[3] / "docs" / "openapi-v1.json"


def text(app: Stackroom) -> str:
    return json.dumps(document(app), indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(load(STACKROOM_ENV="testing", data_dir=Path(folder), database_url=""))
        PATH.write_text(text(app), encoding="utf-8")


if __name__ == "__main__":
    main()
