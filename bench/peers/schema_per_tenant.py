"""django-tenants, one schema for each organisation: run by its own Python, asked over stdin.

In: `{"database": {…}, "tables": [columns of the first, …], "few": 10, "many": 60}`.
Out: seconds of each sign-up, and of a migration that adds a column at `few` and at `many`.
"""

import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HOUSES = """
from django.db import models
from django_tenants.models import DomainMixin, TenantMixin

class House(TenantMixin):
    name = models.CharField(max_length=200)
    auto_create_schema = True

class Domain(DomainMixin):
    pass
"""
ADDED = """
from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = [("library", "{before}")]
    operations = [migrations.AddField("table0", "{name}", models.TextField(null=True))]
"""


def main() -> None:
    asked = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        _write_apps(Path(folder), asked["tables"])
        sys.path.insert(0, folder)
        _configure(asked["database"])
        print(json.dumps(_measured(Path(folder), asked["few"], asked["many"])))


def _write_apps(folder: Path, tables: Sequence[int]) -> None:
    """As many tables as ours, with as many columns and one index each."""
    library = ["from django.db import models"]
    for number, columns in enumerate(tables):
        library.append(f"class Table{number}(models.Model):")
        library.append("    field0 = models.CharField(max_length=200, db_index=True)")
        library += [f"    field{it} = models.TextField(null=True)" for it in range(1, columns)]
    for app, models in {"houses": HOUSES, "library": "\n".join(library)}.items():
        (folder / app / "migrations").mkdir(parents=True)
        for package in (folder / app, folder / app / "migrations"):
            (package / "__init__.py").touch()
        (folder / app / "models.py").write_text(models)


def _configure(database: dict[str, Any]) -> None:
    import django
    from django.conf import settings

    engine = "django_tenants.postgresql_backend"
    settings.configure(
        DATABASES={"default": {"ENGINE": engine, **database}},
        DATABASE_ROUTERS=("django_tenants.routers.TenantSyncRouter",),
        SHARED_APPS=("django_tenants", "django.contrib.contenttypes", "houses"),
        TENANT_APPS=("library",),
        INSTALLED_APPS=("django_tenants", "django.contrib.contenttypes", "houses", "library"),
        TENANT_MODEL="houses.House",
        TENANT_DOMAIN_MODEL="houses.Domain",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )
    django.setup()


def _measured(folder: Path, few: int, many: int) -> dict[str, Any]:
    from django.core.management import call_command

    call_command("makemigrations", "houses", "library", verbosity=0)
    call_command("migrate_schemas", shared=True, verbosity=0)
    took = [_sign_up(number) for number in range(few)]
    at_few = _add_column(folder, "0001_initial", "0002_few")
    took += [_sign_up(number) for number in range(few, many)]
    return {"sign_up": took, "add_column": [at_few, _add_column(folder, "0002_few", "0003_many")]}


def _sign_up(number: int) -> float:
    from houses.models import Domain, House

    began = time.perf_counter()
    house = House(schema_name=f"house_{number}", name=f"House {number}")
    house.save(verbosity=0)
    Domain(domain=f"house-{number}.example", tenant=house, is_primary=True).save()
    return time.perf_counter() - began


def _add_column(folder: Path, before: str, name: str) -> float:
    from django.core.management import call_command

    migration = ADDED.format(before=before, name=f"added_{name[-4:]}")
    (folder / "library" / "migrations" / f"{name}.py").write_text(migration)
    began = time.perf_counter()
    call_command("migrate_schemas", verbosity=0)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
