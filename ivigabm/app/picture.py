"""A section as an image: the same colours and shapes as on the live page, without a browser."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from ivigabm.app.palette import DAMAGE, KINDS, PARCELS, SIALYLATED, ZONE_COLOURS
from ivigabm.model import IVIgModel

SCALE = 7  # pixels along each side of a site
Image = NDArray[np.uint8]


def frame_rgb(model: IVIgModel) -> Image:
    """The section now, shape (SCALE * height, SCALE * width, 3), y downwards."""
    zones = np.array([_rgb(colour) for colour in ZONE_COLOURS], np.uint8)
    image = np.repeat(np.repeat(zones[model.world.zone.T], SCALE, axis=0), SCALE, axis=1)
    for look in KINDS:
        table = model.world.tables[look.id]
        state = np.clip(look.read_state(model, table), 0.0, 1.0)
        shown = table["alive"] & (state > 0.0 if look.id in PARCELS else True)
        colour = np.repeat(_rgb(look.colour)[None], table.n, axis=0)
        if look.id == "target_cell":
            colour = state[:, None] * colour + (1.0 - state[:, None]) * _rgb(DAMAGE["colour"])
        x, y = table["x"], table["y"]
        if "sialylated" not in table:
            _stamp(image, look.shape, x[shown], y[shown], colour[shown])
            continue
        for sialylated, shape in ((False, look.shape), (True, SIALYLATED["shape"])):
            these = shown & (table["sialylated"] == sialylated)
            colour[table["sialylated"]] = _rgb(SIALYLATED["colour"])
            _stamp(image, shape, x[these], y[these], colour[these])
    return image


def _rgb(colour: str) -> NDArray[np.float64]:
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], np.float64)


def _stamp(
    image: Image,
    shape: str,
    x: NDArray[np.int32],
    y: NDArray[np.int32],
    colour: NDArray[np.float64],
) -> None:
    """Put a shape on every site; later ones lie on top."""
    inked = np.rint(colour).astype(np.uint8)
    for dy, dx in np.argwhere(_mask(shape)).tolist():
        image[y * SCALE + dy, x * SCALE + dx] = inked


@cache
def _mask(shape: str) -> NDArray[np.bool_]:
    """Pixels of a shape, (SCALE, SCALE)."""
    middle = (SCALE - 1) / 2.0
    y, x = np.indices((SCALE, SCALE)) - middle
    return np.asarray({
        "square": np.ones((SCALE, SCALE), bool),
        "circle": np.hypot(x, y) <= middle,
        "triangle": (2.0 * np.abs(x) <= y + middle),
        "diamond": np.abs(x) + np.abs(y) <= middle - 1.0,
        "cross": (np.abs(x) < 1.0) | (np.abs(y) < 1.0),
        "dot": np.hypot(x, y) <= 1.0,
    }[shape])  # fmt: skip
