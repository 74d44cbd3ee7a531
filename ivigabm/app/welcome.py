"""What a page is told of a run before its first frame."""

import base64
from typing import Any

import numpy as np

from ivigabm.app.twin_model import TwinModel
from ivigabm.observation import OBSERVED
from ivigabm.outcomes import describe


def config_message(twin: TwinModel) -> dict[str, Any]:
    """Settings with all keys, the section's zones, labels and units."""
    world, scenario = twin.treated.world, twin.treated.resolved.scenario
    zones = np.ascontiguousarray(world.zone.T.astype(np.uint8)).tobytes()
    known = {name: describe(name, scenario) for name in OBSERVED}
    return {
        "type": "config",
        "config": twin.replayed().as_json(),
        "bits": twin.bits,
        "days": twin.days,
        "step_days": world.dt,
        "start_day": twin.day,
        "section": {
            "width": world.shape[0],
            "height": world.shape[1],
            "zones": base64.b64encode(zones).decode(),
        },
        "unit": {name: variable.unit for name, variable in known.items()},
        "label": {name: variable.label for name, variable in known.items()},
        "receptors": [receptor.name for receptor in world.receptors],
    }
