"""The house stands as DESIGN §1 draws it."""

import importlib
import platform
import sysconfig
from pathlib import Path

import config
import stackroom
import tenants

ROOT = Path(__file__).parents[2]


def test_the_standard_library_keeps_its_platform() -> None:
    """`platform/` is a source root: an __init__.py there would shadow the standard library."""
    assert not (ROOT / "platform" / "__init__.py").exists()
    assert Path(platform.__file__).parent == Path(sysconfig.get_path("stdlib"))
    assert platform.python_version()


def test_config_tenants_and_stackroom_are_ours() -> None:
    assert Path(config.__file__).parent == ROOT / "config"
    assert Path(tenants.__file__).parent == ROOT / "tenants"
    assert Path(stackroom.__file__).parent == ROOT / "platform" / "stackroom"


def test_every_module_imports_by_its_full_name() -> None:
    for file in (ROOT / "platform" / "stackroom").rglob("*.py"):
        if file.name in ("__main__.py", "server.py", "worker.py"):
            continue  # these start a process when they are imported
        name = ".".join(file.relative_to(ROOT / "platform").with_suffix("").parts)
        importlib.import_module(name.removesuffix(".__init__"))


def test_lock_files_carry_hashes_and_no_address() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        text = lock.read_text()
        assert "://" not in text, lock.name
        assert "--hash=sha256:" in text, lock.name
    assert '"resolved"' not in (ROOT / "platform/frontend/package-lock.json").read_text()
