"""Where T cells go: a walk in the node, exit into blood, entry into tissue at vessels.

Naive cells and blasts walk within the lymphoid niche. Effector and regulatory cells leave it,
come out of blood at a vessel, and walk up the chemokine; away from their antigen they return
to blood. Into the target tissue a vessel lets few pass until IFN-gamma has activated it.
"""

import numpy as np

from ivigabm.engine.kernel import kernel
from ivigabm.engine.streams import bounded, unit
from ivigabm.processes.transport import lean

EFFECTOR = 2  # and regulatory cells above it, see `t_cells.STAGES`


@kernel
def pace(at, size, word, along):
    """One site back, none or one ahead on a ring of `size`, leaning by `along`."""
    u = 3.0 * unit(word)
    if u < 1.0 - along:
        return at - 1 if at > 0 else size - 1
    if u >= 2.0 - along:
        return at + 1 if at < size - 1 else 0
    return at


@kernel
def travel(
    words,
    n,
    alive,
    stage,
    niche,
    target,
    leave,
    leave_treg,
    recirculate,
    barrier,
    adhesion,
    gate,
    door_x,
    door_y,
    outer,
    hop,
    taxis,
    chemokine,
    pitch,
    x,
    y,
):
    """Every T cell walks one site at most, or goes through blood to a vessel.

    leave, leave_treg, recirculate : chances of this step to go into blood, from the niche and
    from elsewhere. gate : IFN-gamma; at a vessel of the target tissue the chance to pass rises
    with it from `barrier` to 1, times `adhesion`. Who is refused comes out at one of the first
    `outer` doors, which lead into other tissue.
    """
    width, height = niche.shape
    nx, ny = chemokine.shape
    for row in range(n):
        if not alive[row]:
            continue
        a, b, s = x[row], y[row], stage[row]
        within = niche[a, b]
        chance = 0.0
        if s >= EFFECTOR:
            if within:
                chance = leave if s == EFFECTOR else leave_treg
            elif not target[a, b]:
                chance = recirculate
        if len(door_x) > 0 and unit(words[row, 3]) < chance:
            k = bounded(words[row, 0], np.uint64(len(door_x)))
            if k >= outer and outer > 0:
                signal = gate[door_x[k] // pitch, door_y[k] // pitch]
                open_share = barrier + (1.0 - barrier) * signal / (1.0 + signal)
                if unit(words[row, 1]) >= open_share * adhesion:
                    k = bounded(words[row, 2], np.uint64(outer))
            x[row], y[row] = door_x[k], door_y[k]
            continue
        if unit(words[row, 2]) >= hop:
            continue
        bias = 0.0 if within else taxis
        i, j = a // pitch, b // pitch
        along_x = bias * lean(chemokine[(i - 1) % nx, j], chemokine[(i + 1) % nx, j])
        along_y = bias * lean(chemokine[i, (j - 1) % ny], chemokine[i, (j + 1) % ny])
        a = pace(a, width, words[row, 0], along_x)
        b = pace(b, height, words[row, 1], along_y)
        if niche[a, b] == within:
            x[row], y[row] = a, b
