"""Chooses where files rest, by the settings."""

from config import Settings
from stackroom.files.folder import Folder
from stackroom.files.store import Files


def files(settings: Settings) -> Files:
    return Folder(settings.data_dir.absolute() / "files")
