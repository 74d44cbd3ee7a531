"""A run as one HTML file that draws itself without a server."""

import base64
import json
import re
import struct
import zlib
from pathlib import Path
from typing import Any

from ivigabm.app.frames import frame
from ivigabm.app.happened import Happened
from ivigabm.app.meta import meta
from ivigabm.app.question import Progress, Question
from ivigabm.app.tables import file_name
from ivigabm.app.twin_model import TwinModel
from ivigabm.app.welcome import config_message
from ivigabm.errors import InputError

STATIC = Path(__file__).parent / "static"
STYLES = ("tokens", "base", "pictures", "replay")
MOST_FRAMES = 200
MOST_BYTES = 64 * 1024 * 1024  # of frames, before they are packed
_IMPORT = re.compile(r"^import\s*\{[^}]*\}\s*from\s*'\./([\w./-]+)';[^\S\n]*\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|let|class)\b)", re.MULTILINE)


def replay(question: Question, progress: Progress) -> dict[str, Any]:
    """Simulate the run again and keep every k-th frame."""
    if question.t == 0:
        raise InputError("replay: nothing has happened yet; take some steps first")
    twin = question.twin(watch=True)
    frames = min(MOST_FRAMES, MOST_BYTES // len(frame(twin, {})))
    every = max(1, -(-question.t // frames))
    happened = Happened(twin)
    packed = zlib.compressobj(6)
    parts = []
    for t in range(question.t + 1):
        happened.notice()
        if t % every == 0 or t == question.t:
            head = {
                "frame": t + 1, "ended": t == question.t, "playing": True, "new": True,
                "happened": happened.sentences(), "follow": None,
            }  # fmt: skip
            data = frame(twin, head)
            parts.append(packed.compress(struct.pack("<I", len(data)) + data))
            progress(t, question.t)
        if t < question.t:
            twin.step()
    parts.append(packed.flush())
    text = document(twin, b"".join(parts))
    return {"file": (file_name(twin, "html", "replay"), "text/html", text)}


def document(twin: TwinModel, packed: bytes) -> str:
    """The page: styles, data and one module, all inline."""
    styles = "\n".join((STATIC / "css" / f"{name}.css").read_text("utf-8") for name in STYLES)
    data = json.dumps({"meta": meta(), "config": config_message(twin)}, ensure_ascii=False)
    title = f"{twin.source.title}, treated and untreated"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_escaped(title)}</title>\n<style>\n{styles}\n</style></head>\n"
        '<body class="replay"><main id="replay"></main>\n'
        f'<script type="application/json" id="replay-meta">{_harmless(data)}</script>\n'
        f'<script type="text/plain" id="replay-frames">{base64.b64encode(packed).decode()}</script>'
        f'\n<script type="module">\n{_harmless(joined("replay.js"))}\n</script></body></html>\n'
    )


def joined(name: str) -> str:
    """A module and all that it imports as one, those first that others need.

    Raises
    ------
    ValueError : a module imports or exports in a form that cannot be joined.
    """
    order: list[str] = []
    texts: dict[str, str] = {}

    def visit(file: str) -> None:
        if file in texts:
            return
        text = (STATIC / "js" / file).read_text("utf-8")
        texts[file] = text
        for needed in _IMPORT.findall(text):
            visit(needed)
        order.append(file)

    visit(name)
    bare = {file: _EXPORT.sub("", _IMPORT.sub("", text)) for file, text in texts.items()}
    for file, text in bare.items():
        if re.search(r"^(import|export)\b", text, re.MULTILINE):
            raise ValueError(f"{file}: an import or export that cannot be joined")
    return "\n".join(f"// {file}\n{bare[file]}" for file in order)


def _harmless(text: str) -> str:
    """Text that cannot end the script element it stands in."""
    return text.replace("</", "<\\/").replace("<!--", "<\\!--")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
