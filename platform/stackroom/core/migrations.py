"""Running Alembic from inside: for `stackroom db upgrade`, readiness and tests."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

SCRIPTS = Path(__file__).parents[3] / "migrations"


def configuration() -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    return config


def upgrade(owner_url: str, app_role: str | None = None) -> None:
    """Bring a database to head, and give the app role its grants."""
    config = configuration()
    engine = sa.create_engine(owner_url)
    with engine.begin() as connection:
        config.attributes.update(connection=connection, app_role=app_role)
        command.upgrade(config, "head")
    engine.dispose()
