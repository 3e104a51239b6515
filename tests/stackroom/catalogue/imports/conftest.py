import pytest

from stackroom.core.http import Stackroom
from stackroom.files.adapters import files
from stackroom.testing.importing import Importer


@pytest.fixture
def importing(app: Stackroom) -> Importer:
    return Importer(files(app.settings))
