"""Files in a folder, for one machine or a mounted volume."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO, BinaryIO

from stackroom.files.store import Saved, StorageFull, check_key, is_key, own_prefix

_BLOCK_BYTES = 1024 * 1024
_FULL = (errno.ENOSPC, errno.EDQUOT)


class Folder:
    def __init__(self, root: Path) -> None:
        self._root = root

    def save(self, key: str, stream: IO[bytes]) -> Saved:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        with _written_whole(path) as target:
            size, digest = _copy(stream, target)
        return Saved(key, size, digest)

    def open(self, key: str) -> BinaryIO:
        return self._path(key).open("rb")

    def delete(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    def keys(self) -> Iterator[str]:
        keys = (path.relative_to(self._root).as_posix() for path in self._own_files())
        return (key for key in keys if is_key(key))

    def left(self) -> int:
        return sum(1 for _ in self._own_files())

    def delete_all(self) -> int:
        count = self.left()
        if (own := self._root / own_prefix()).exists():
            shutil.rmtree(own)
        return count

    def _own_files(self) -> Iterator[Path]:
        return (path for path in (self._root / own_prefix()).rglob("*") if path.is_file())

    def _path(self, key: str) -> Path:
        check_key(key)
        return self._root / key


@contextmanager
def _written_whole(path: Path) -> Iterator[BinaryIO]:
    """A file under a name of its own until it is complete: nobody meets half of it."""
    part = path.with_suffix(".part")
    try:
        with part.open("xb") as target:
            yield target
            target.flush()
            os.fsync(target.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        if error.errno in _FULL:
            raise StorageFull from error
        raise
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _copy(stream: IO[bytes], target: IO[bytes]) -> tuple[int, str]:
    size, digest = 0, sha256()
    while block := stream.read(_BLOCK_BYTES):
        target.write(block)
        digest.update(block)
        size += len(block)
    return size, digest.hexdigest()
