"""How does IgG come and go in the running model, and is that what has been published?

Every figure is measured in `IVIgModel` itself: a dose is given, pools are followed step by
step, and a half-life is the slope of what was seen. Nothing is computed from the parameters.
A tracer is a negligible dose: it follows the others' FcRn load and adds nothing to it.

    python analysis/pharmacokinetics.py --out pharmacokinetics.svg
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from ivigabm.knowledge.published_pharmacokinetics import published_pharmacokinetics
from ivigabm.model import IVIgModel
from ivigabm.perturbation import parse

Array = NDArray[np.float64]

LEVEL = 10.5  # g/L of own IgG at which a normal half-life is measured
TRACE = 1e-4  # g/kg, raises plasma IgG by a five-hundredth of a g/L
COURSE = "0:0.4x5/1"  # 2 g/kg over five days
SMALL = {
    "set.section.width": 16, "set.section.height": 16, "set.cells.macrophage": 0,
    "set.cells.sensor_cell": 0, "set.cells.basophil": 0, "set.cells.igg_parcels": 2,
}  # fmt: skip


@dataclass(frozen=True)
class Course:
    """Something followed over time: days and values, both of shape (steps + 1,)."""

    day: Array
    value: Array

    def at(self, day: float) -> float:
        """Value on a day, interpolated."""
        return float(np.interp(day, self.day, self.value))

    def half_life(self, after: float) -> float:
        """Half-life of the terminal slope, d."""
        late = self.day > after
        slope = np.polyfit(self.day[late], np.log(self.value[late]), 1)[0]
        return float(-np.log(2.0) / slope)

    def area(self, after: float) -> float:
        """Area under the curve from day 0 on, its tail by the terminal slope."""
        tail = self.value[-1] * self.half_life(after) / np.log(2.0)
        return float(np.trapezoid(self.value, self.day) + tail)


def model(
    scenario: str = "healthy", days: float = 70.0, hours: float = 6.0, **words: Any
) -> IVIgModel:
    """A small world: plasma does not see how many cells the section holds."""
    change = parse({**SMALL, "set.step_hours": hours, **words})
    return IVIgModel(scenario, rng=1, days=days, perturbation=change)


def follow(run: IVIgModel, read: Callable[[IVIgModel], float], start: float = 0.0) -> Course:
    """Step a model to its end; `start` is the value on day 0."""
    days, values = [run.day], [start]
    while run.running:
        run.step()
        days.append(run.day)
        values.append(read(run))
    return Course(np.array(days), np.array(values))


def tracer(
    subclass: str = "IgG1", preparation: str = "ivig", route: str = "iv", **words: Any
) -> Course:
    """Plasma amount (nmol) of one subclass of a tracer dose.

    The infusion is shorter than a step, so that all of it is in plasma at the start.
    """
    run = model(preparation=preparation, schedule=f"0:{TRACE}{route}", **words)
    drug = run.world.drug
    assert drug is not None
    chosen = [molecule.subclass == subclass for molecule in drug.molecules]
    grams = TRACE * run.world.body.mass * drug.share[chosen]
    nmol = float(np.sum(grams * 1e6 / drug.pools.molar_mass[chosen]))
    start = nmol if route == "iv" else 0.0
    return follow(run, lambda _: float(np.sum(drug.pools.plasma[chosen])), start)


def catabolic_rate(**words: Any) -> float:
    """IgG1 catabolised in a day over the plasma pool, 1/d, at rest."""
    run = model(days=5, no_ivig=True, **words)
    run.run()
    own = run.world.own
    igg1 = [molecule.subclass for molecule in own.molecules].index("IgG1")
    before, pool = own.cleared[igg1], own.plasma[igg1]
    run.step()
    return float((own.cleared[igg1] - before) / run.world.dt / pool)


def synthesis() -> float:
    """IgG made in a day at 11 g/L, mg/kg."""
    run = model(days=5, no_ivig=True, baseline_igg=11.0)
    run.run()
    own, before = run.world.own, run.world.own.produced.copy()
    run.step()
    made = np.sum((own.produced - before) * own.molar_mass) / run.world.dt  # 1e-6 g/d
    return float(made * 1e-3 / run.world.body.mass)


def share_in_plasma() -> float:
    """Per cent of the body's IgG that is in plasma."""
    run = model(days=5, no_ivig=True)
    run.run()
    return float(100.0 * np.sum(run.world.own.plasma) / np.sum(run.world.own.present()))


def serum(schedule: str, level: float, days: float, hours: float = 1.0) -> Course:
    """Plasma IgG in g/L, own and infused."""
    run = model(days=days, hours=hours, schedule=schedule, baseline_igg=level)
    return follow(run, lambda m: float(m.observer.last["serum_igg_g_per_l"]), level)


def autoantibody_fall() -> Course:
    """Per cent by which FcRn saturation alone lowers an autoantibody below the untreated twin."""
    chosen = {"days": 28.0, "set.run_in_days": 0, "set.cells.autoantibody_parcels": 4}

    def level(**words: Any) -> Course:
        run = model("cidp", schedule=COURSE, **chosen, **words)
        assert run.world.antigen is not None
        pools = run.world.antigen.pools

        def plasma(_: IVIgModel) -> float:
            return float(np.sum(run.world.own.plasma[pools]))

        return follow(run, plasma, plasma(run))

    treated, control = level(only="FC_FCRN"), level(no_ivig=True)
    return Course(treated.day, 100.0 * (1.0 - treated.value / control.value))


def mouse_clearance(**words: Any) -> float:
    """Dose over area of an antibody injected into a mouse, mL/d/kg."""
    few = {"set.target.count_per_agent": 200.0}  # platelets do not take antibody from plasma
    run = model("mouse_itp", days=20.0, hours=1.0, **few, **words)
    assert run.world.antigen is not None
    own, (pool,) = run.world.own, run.world.antigen.pools
    dose = run.resolved.scenario.antibody[0].dose  # mg/kg
    milligrams = own.molar_mass[pool] * 1e-3 / run.world.body.plasma_volume  # mg/L per nmol

    def plasma(_: IVIgModel) -> float:
        return float(own.plasma[pool] * milligrams)

    start = dose * run.world.body.mass / run.world.body.plasma_volume
    return 1000.0 * dose / follow(run, plasma, start).area(after=14.0)


def bioavailability() -> float:
    """Per cent of a subcutaneous dose that reaches plasma, by areas under the curve."""
    under_skin, in_vein = (
        tracer(route=route, days=150.0, baseline_igg=LEVEL).area(after=100.0)
        for route in ("sc", "iv")
    )
    return 100.0 * under_skin / in_vein


def measure() -> dict[str, float]:
    """Measured figures by the id of the published row."""
    fall = autoantibody_fall()
    return {
        "P002": tracer(baseline_igg=LEVEL).half_life(after=30.0),
        "P024": tracer(baseline_igg=2.0 * LEVEL).half_life(after=30.0),
        "P003": tracer("IgG3", baseline_igg=LEVEL).half_life(after=30.0),
        "P012": tracer("IgM", "igm_enriched").half_life(after=20.0),
        "P007": synthesis(),
        "P008": share_in_plasma(),
        "P022": catabolic_rate(knockout="FcRn") / catabolic_rate(),
        "P023": tracer(knockout="FcRn").half_life(after=20.0),
        "P040": float(np.max(serum("0:0.4", 12.4, days=1.0).value)),
        "P044": serum(COURSE, 11.0, days=14.0).at(14.0) - 11.0,
        "P031": float(np.max(fall.value[(fall.day >= 7.0) & (fall.day <= 28.0)])),
        "P060": bioavailability(),
        "P027a": mouse_clearance(no_ivig=True),
        "P027b": mouse_clearance(schedule="0:2"),
        "P028a": mouse_clearance(no_ivig=True, knockout="FcRn"),
        "P028b": mouse_clearance(schedule="0:2", knockout="FcRn"),
    }


def fragments() -> dict[str, float]:
    """Terminal half-life (d) of tracer fragments, for which no published row is held here."""
    return {
        "F(ab')2": tracer(preparation="fab2").half_life(after=20.0),
        "Fab": tracer(preparation="fab", days=30.0).half_life(after=15.0),
        "Fc": tracer(preparation="fc").half_life(after=30.0),
    }


def table(measured: dict[str, float], others: dict[str, float]) -> Table:
    """Measured beside published."""
    shown = Table(title="IgG in the running model", title_justify="left", box=None)
    for name in ("id", "quantity", "measured", "published", "unit", "within", "source"):
        right = name in ("measured", "published")
        shown.add_column(name, justify="right" if right else "left")
    for row in published_pharmacokinetics().values():
        value = measured[row.id]
        shown.add_row(row.id, row.quantity, f"{value:.3g}", f"{row.low:g} to {row.high:g}",
                      row.unit, "yes" if row.holds(value) else "no",
                      f"{row.citation} ({row.confidence})")
    for name, value in others.items():
        shown.add_row("", f"half-life of {name}, tracer", f"{value:.3g}", "", "d", "", "no row")
    return shown


def draw(path: Path) -> None:
    """Plasma IgG after the standard course, and tracers at two levels of IgG."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.0, 3.6), layout="constrained")
    for schedule, label in ((COURSE, "0.4 g/kg on 5 days"), ("0:2", "2 g/kg at once")):
        course = serum(schedule, 11.0, days=56.0, hours=2.0)
        left.plot(course.day, course.value, label=label)
    row = published_pharmacokinetics()["P044"]
    left.plot([14, 14], [11.0 + row.low, 11.0 + row.high], lw=6, alpha=0.3, color="black",
              label="published rise, day 14")
    left.set(xlabel="day", ylabel="plasma IgG (g/L)", title="After IVIg, from 11 g/L")
    left.set_ylim(bottom=0.0)
    left.legend(frameon=False)
    for level in (LEVEL, 2.0 * LEVEL):
        course = tracer(baseline_igg=level)
        name = f"{level:g} g/L: {course.half_life(after=30.0):.1f} d"
        right.semilogy(course.day, 100.0 * course.value / course.value[0], label=name)
    right.set(xlabel="day", ylabel="per cent of dose in plasma", title="IgG1 tracer, by own IgG")
    right.legend(frameon=False)
    figure.savefig(path)
    plt.close(figure)


def main(arguments: list[str] | None = None) -> None:
    """Measure, print the table, draw the curves."""
    reader = argparse.ArgumentParser(description="IgG in the running model beside the literature.")
    reader.add_argument("--out", type=Path, default=Path("pharmacokinetics.svg"),
                        help="figure to write, SVG or PNG (default: %(default)s)")
    out = reader.parse_args(arguments).out
    console = Console()
    console.print(table(measure(), fragments()))
    draw(out)
    console.print(f"curves: {out}")


if __name__ == "__main__":
    main()
