"""A digest of source files: what a cached result or a compiled kernel was made from."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


def source_digest(places: Iterable[str], extra: Iterable[str] = ()) -> str:
    """Hexadecimal digest (16 digits) of every source and table below `places`.

    `places` are files or folders relative to the package; `extra` are further words that
    count, such as library versions.
    """
    digest = hashlib.sha256()
    for place in sorted(places):
        root = PACKAGE / place
        files = [root] if root.is_file() else sorted(root.rglob("*"))
        for file in files:
            if file.suffix in {".py", ".csv", ".toml"}:
                digest.update(str(file.relative_to(PACKAGE)).encode())
                digest.update(file.read_bytes())
    for word in extra:
        digest.update(word.encode())
    return digest.hexdigest()[:16]
