"""An append-only table on disk: a folder of Parquet parts that is never half-written.

A part is written under a temporary name, synced and moved into place, so it is there whole or
not at all. Its name ends in a digest of its bytes: a part that a crash or a disk has damaged does
not match its name and is passed over. Writers share nothing, so that any number of them may
append; what they wrote is merged from time to time, each writer its own parts only.
"""

import hashlib
import os
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

_MERGE = 32  # parts of a writer that become one
_LARGE = 64 * 2**20  # bytes; parts as large as this together stay apart
_STALE_S = 3600.0  # age at which a temporary file belongs to nobody
_PATIENCE = 20  # listings of a folder whose parts are being merged


class Parts:
    """The parts of one table.

    Parameters
    ----------
    folder : where they lie; made at the first append.
    prefix : how their names begin.
    """

    def __init__(self, folder: Path, prefix: str) -> None:
        self.folder = folder
        self.prefix = prefix
        self._writer = uuid.uuid4().hex[:12]
        self._count = 0
        self._own: list[list[Path]] = [[]]  # by how often they were merged
        self._sound: set[str] = set()  # names of parts that matched their digest

    def append(self, table: pa.Table) -> None:
        """Add rows; they are on disk when this returns.

        Raises
        ------
        OSError : they could not be written. What was there before still is.
        """
        self._own[0].append(self._write(table))
        for level in range(len(self._own)):
            if len(self._own[level]) >= _MERGE:
                self._merge(level)

    def settle(self) -> None:
        """Merge what this writer has left in small parts."""
        small = [path for paths in self._own for path in paths]
        self._own = [small]
        if len(small) > 1:
            self._merge(0)

    def read(self, columns: Sequence[str] | None = None) -> pa.Table | None:
        """All rows of sound parts, of some columns; None where there are none.

        A row may stand twice while parts are being merged, or where two writers did the same.
        """
        for attempt in range(_PATIENCE):
            try:
                tables = [_load(path, columns) for path in self._paths() if self._is_sound(path)]
                break
            except FileNotFoundError:  # merged between listing and reading
                if attempt == _PATIENCE - 1:
                    raise
                time.sleep(0.01 * attempt)
        return pa.concat_tables(tables, promote_options="default") if tables else None

    def discard_damaged(self) -> int:
        """Put damaged parts out of the way, under a name that is read no more; how many."""
        count = 0
        for path in self._paths():
            with suppress(FileNotFoundError):  # merged by its writer since it was listed
                if not self._is_sound(path):
                    path.replace(path.with_suffix(".damaged"))
                    count += 1
        return count

    def _paths(self) -> list[Path]:
        return sorted(self.folder.glob(f"{self.prefix}-*.parquet"))

    def _is_sound(self, path: Path) -> bool:
        if path.name not in self._sound:
            if _digest(path) != path.stem.rpartition("-")[2]:
                return False
            self._sound.add(path.name)
        return True

    def _write(self, table: pa.Table) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._count += 1
        name = f"{self.prefix}-{self._writer}-{self._count:06d}"
        scratch = self.folder / f".{name}.tmp"
        try:
            with scratch.open("wb") as file:
                pq.write_table(table, file, compression="zstd")
                file.flush()
                os.fsync(file.fileno())
            final = self.folder / f"{name}-{_digest(scratch)}.parquet"
            scratch.replace(final)
        except BaseException:
            scratch.unlink(missing_ok=True)
            raise
        self._sound.add(final.name)
        return final

    def _merge(self, level: int) -> None:
        """Write some own parts as one and take them away. A crash between leaves rows twice."""
        paths = self._own[level]
        if sum(path.stat().st_size for path in paths) > _LARGE:
            self._own[level] = []
            return
        try:
            merged = self._write(
                pa.concat_tables([_load(p) for p in paths], promote_options="default")
            )
        except OSError:  # no room for a copy: the parts are good as they are
            return
        self._own[level] = []
        if level + 1 == len(self._own):
            self._own.append([])
        self._own[level + 1].append(merged)
        for path in paths:
            path.unlink()

    def sweep_up(self) -> None:
        """Remove temporary files that writers left behind when they were killed."""
        oldest = time.time() - _STALE_S
        for path in self.folder.glob(f".{self.prefix}-*.tmp"):
            with suppress(FileNotFoundError):  # its writer was alive, or another one swept it up
                if path.stat().st_mtime < oldest:
                    path.unlink()


def _load(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    return pq.ParquetFile(path).read(columns=None if columns is None else list(columns))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]
