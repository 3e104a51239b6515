"""Builds the front end when its sources have changed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from tools.steps import ROOT, Fault, digest, environment, is_done, perform, remember

FOLDER = ROOT / "platform" / "frontend"
MANIFEST = ROOT / "platform" / "stackroom" / "web" / "static" / "dist" / "manifest.json"
NODE_LOCK = ROOT / "requirements" / "node.txt"
OLDEST_NODE = (20, 19)  # Vite's own floor


def build() -> None:
    """Raises Fault when Node, the packages or the build cannot be had."""
    now = digest(*sources())
    if MANIFEST.exists() and is_done("frontend", now):
        return
    need_node()
    install_packages()
    perform("Building the front end", ["npm", "run", "build"], FOLDER)
    remember("frontend", now)


def install_packages() -> None:
    lock = digest(FOLDER / "package-lock.json")
    if (FOLDER / "node_modules").is_dir() and is_done("node_modules", lock):
        return
    # --include=dev: with NODE_ENV=production npm would leave out the very tools that build
    perform("Installing the front end's packages", ["npm", "ci", "--include=dev"], FOLDER)
    remember("node_modules", lock)


def need_node() -> None:
    """Use the machine's Node if it is new enough, else the one that comes as a Python wheel."""
    if not node_is_ready():
        pip = [str(ROOT / ".venv" / "bin" / "python"), "-m", "pip", "install", "--no-deps"]
        perform("Installing Node.js into .venv", [*pip, "--require-hashes", "-r", str(NODE_LOCK)])
    if not node_is_ready():
        raise Fault(f"Node {'.'.join(map(str, OLDEST_NODE))} or newer does not run; install it")


def node_is_ready() -> bool:
    path = environment()["PATH"]
    node = shutil.which("node", path=path)
    if node is None or shutil.which("npm", path=path) is None:
        return False
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    numbers = re.findall(r"\d+", said)
    return tuple(map(int, numbers[:2])) >= OLDEST_NODE


def sources() -> list[Path]:
    """Every file that the build reads, in a fixed order."""
    found = []
    for folder, inner, names in os.walk(FOLDER):
        inner[:] = [name for name in inner if name not in {"node_modules", "coverage"}]
        found += [Path(folder, name) for name in names]
    return sorted(found)
