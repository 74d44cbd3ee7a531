"""A twin now, as the bytes that the page draws: a JSON head, fields and agents of both arms."""

import json
import math
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ivigabm.app.palette import KINDS, PARCELS
from ivigabm.app.twin_model import ARMS, TwinModel
from ivigabm.model import IVIgModel
from ivigabm.processes.cytokines import NAMES as FIELDS

MAGIC = b"IVIG"
ALIGN = 8  # bytes
SIALYLATED_BIT = 1
_TYPES = {"uint8": "u8", "uint16": "u16"}

Part = tuple[str, NDArray[Any]]


def frame(twin: TwinModel, head: Mapping[str, Any]) -> bytes:
    """A binary message; `head` holds what only the session knows."""
    parts = [(arm, *part) for arm in ARMS for part in arm_parts(twin.models[arm])]
    sections, body = [], bytearray()
    for arm, name, array in parts:
        sections.append({
            "arm": arm, "name": name, "type": _TYPES[array.dtype.name],
            "shape": list(array.shape), "offset": len(body),
        })  # fmt: skip
        body += array.tobytes()
        body += bytes(-len(body) % ALIGN)
    text = json.dumps(
        {**twin_head(twin), **head, "sections": sections},
        ensure_ascii=False, separators=(",", ":"), allow_nan=False,
    ).encode()  # fmt: skip
    text += b" " * (-(len(text) + len(MAGIC) + 4) % ALIGN)
    return MAGIC + struct.pack("<I", len(text)) + text + bytes(body)


def read_frame(data: bytes) -> tuple[dict[str, Any], dict[tuple[str, str], NDArray[Any]]]:
    """Head and sections, by (arm, name), of a frame."""
    (length,) = struct.unpack_from("<I", data, len(MAGIC))
    start = len(MAGIC) + 4
    head = json.loads(data[start : start + length])
    kinds = {word: np.dtype(name).newbyteorder("<") for name, word in _TYPES.items()}
    found = {}
    for section in head["sections"]:
        kind, shape = kinds[section["type"]], section["shape"]
        flat = np.frombuffer(
            data, kind, math.prod(shape), offset=start + length + section["offset"]
        )
        found[section["arm"], section["name"]] = flat.reshape(shape)
    return head, found


def twin_head(twin: TwinModel) -> dict[str, Any]:
    """What a frame says of the twin itself."""
    head: dict[str, Any] = {
        "t": twin.t,
        "day": round(twin.day, 6),
        "bits": twin.bits,
        "gave": round(twin.given(), 6),
        "values": {arm: finite(values) for arm, values in twin.values().items()},
        "summary": {arm: finite(values) for arm, values in twin.summary().items()},
    }
    if twin.counts is not None:
        head |= {
            "mechanisms": {name: c.as_json() for name, c in twin.counts.mechanisms.items()},
            "acts": twin.counts.acts(),
            "glow": {"processes": twin.counts.glow()},
        }
    return head


def finite(values: Mapping[str, float]) -> dict[str, float | None]:
    """Numbers as JSON has them: NaN and the like are None."""
    return {k: float(v) if math.isfinite(v) else None for k, v in values.items()}


def arm_parts(model: IVIgModel) -> list[Part]:
    """Fields [height, width] and the columns of all agents drawn, of one arm."""
    fields = [(name, quantised(model.world.fields[name].T)) for name in FIELDS]
    columns: dict[str, list[NDArray[Any]]] = {
        name: [] for name in ("x", "y", "kind", "state", "level", "flags")
    }
    for number, look in enumerate(KINDS):
        table = model.world.tables[look.id]
        state = look.read_state(model, table)
        shown = table["alive"] & (state > 0.0 if look.id in PARCELS else True)
        columns["x"].append(table["x"][shown].astype("<u2"))
        columns["y"].append(table["y"][shown].astype("<u2"))
        columns["kind"].append(np.full(int(np.count_nonzero(shown)), number, np.uint8))
        columns["state"].append(share_byte(state[shown]))
        columns["level"].append(share_byte(look.read_level(model, table)[shown]))
        sialylated = table["sialylated"] if "sialylated" in table else np.zeros(table.n, bool)
        columns["flags"].append(sialylated[shown].astype(np.uint8) * np.uint8(SIALYLATED_BIT))
    return [*fields, *((name, np.concatenate(arrays)) for name, arrays in columns.items())]


def quantised(level: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Half-effect units as bytes: 128 is half effect, 255 without end."""
    level = np.maximum(level, 0.0)
    return np.ascontiguousarray(np.rint(255.0 * level / (1.0 + level)).astype(np.uint8))


def share_byte(share: NDArray[np.float64]) -> NDArray[np.uint8]:
    """0 to 1 as 0 to 255."""
    return np.rint(255.0 * np.clip(share, 0.0, 1.0)).astype(np.uint8)
