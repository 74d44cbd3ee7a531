"""Does the simulated lattice give the precipitin curve?

A fixed amount of antibody meets rising amounts of antigen. In antibody excess complexes are
small, near equivalence antibody falls out as one large lattice, in antigen excess complexes are
small and soluble again (Heidelberger and Kendall 1935 J Exp Med 62:697). One-armed antibody is
the control: it coats antigen and never makes a lattice.

    python analysis/precipitin.py --out precipitin.svg
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import networkx as nx
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from ivigabm.processes.lattice import gel_share, lattice, lattice_graph

Array = NDArray[np.float64]

ANTIBODY = 1.0  # umol/L, 0.15 g/L of IgG
LARGE = 40  # IgG in a complex that counts as precipitate
SEEDS = range(1, 11)
RATIOS = np.geomspace(0.02, 50.0, 35)  # epitopes per arm
SHOWN = (0.15, 1.0, 6.0)  # lattices that are drawn
MICROMOLAR = 1e-6


@dataclass(frozen=True)
class Mixture:
    """Antigen with `valency` epitopes, antibody with `arms`; `kd` of one bond in nmol/L."""

    valency: int
    kd: float
    arms: int = 2

    @property
    def label(self) -> str:
        arms = "" if self.arms == 2 else ", one arm"
        return f"{self.valency} epitopes, Kd {self.kd:g} nmol/L{arms}"

    def antigen(self, ratio: float) -> float:
        """umol/L of antigen with `ratio` epitopes per arm."""
        return ratio * self.arms * ANTIBODY / self.valency

    def amounts(self, ratio: float) -> tuple[float, float, int, float, int]:
        """Arguments of `lattice`."""
        molar = self.antigen(ratio) * MICROMOLAR, ANTIBODY * MICROMOLAR
        return (*molar, self.valency, self.kd * 1e-9, self.arms)


MIXTURES = (Mixture(5, 1.0), Mixture(5, 100.0), Mixture(3, 1.0), Mixture(5, 1.0, arms=1))


@dataclass(frozen=True)
class Curve:
    """Means over seeds and their 95 % half widths, each of shape (2, ratios).

    ratios : (ratios,), epitopes per arm.
    precipitate : per cent of antibody in complexes of `LARGE` IgG or more.
    size : IgG in the complex of an antibody picked at random.
    soluble : per cent of antibody in complexes of 2 to below `LARGE` IgG.
    gel : (ratios,), per cent of antibody in the endless complex of a sample without end.
    """

    ratios: Array
    precipitate: Array
    size: Array
    soluble: Array
    gel: Array


def measure(mixture: Mixture, ratios: Array = RATIOS, seeds: Sequence[int] = SEEDS) -> Curve:
    """The precipitin curve of one mixture."""
    found = np.zeros((3, len(seeds), len(ratios)))
    gel = np.zeros(len(ratios))
    for k, ratio in enumerate(ratios):
        for s, seed in enumerate(seeds):
            made = lattice(*mixture.amounts(ratio), seed=seed)
            sizes = made.sizes()
            large = sizes.share_from(LARGE)
            found[:, s, k] = (
                100.0 * large, sizes.weight_average, 100.0 * (sizes.share_from(2) - large),
            )  # fmt: skip
            bound = made.bound_epitopes, made.bound_arms
        gel[k] = 100.0 * gel_share(mixture.valency, mixture.arms, *bound)
    half = 1.96 * found.std(axis=1, ddof=1) / np.sqrt(len(seeds))
    large, size, soluble = np.stack((found.mean(axis=1), half), axis=1)
    return Curve(ratios, large, size, soluble, gel)


def table(mixture: Mixture, curve: Curve) -> Table:
    """One mixture, every third amount of antigen."""
    title = f"{mixture.label}; antibody {ANTIBODY:g} umol/L"
    shown = Table(title=title, title_justify="left", box=None)
    for name in ("antigen (umol/L)", "epitopes per arm", "IgG per complex", "soluble (%)",
                 "precipitate (%)", "closed form (%)"):  # fmt: skip
        shown.add_column(name, justify="right")
    for k in range(0, len(curve.ratios), 3):
        ratio = float(curve.ratios[k])
        shown.add_row(
            f"{mixture.antigen(ratio):.3g}", f"{ratio:.2f}", f"{curve.size[0, k]:.3g}",
            f"{curve.soluble[0, k]:.1f}", f"{curve.precipitate[0, k]:.1f}", f"{curve.gel[k]:.1f}",
        )  # fmt: skip
    return shown


def draw_lattice(axis: Axes, mixture: Mixture, ratio: float, sample: int = 130) -> None:
    """A small sample as a graph: antigens as large discs, antibodies as small ones."""
    graph = nx.Graph(lattice_graph(*mixture.amounts(ratio), sample=sample, seed=3))
    position = nx.spring_layout(graph, seed=1, iterations=80, k=0.14)
    for kind, colour, size in (("antigen", "C3", 22), ("antibody", "C0", 8)):
        nodes = [node for node in graph if node[0] == kind]
        nx.draw_networkx_nodes(graph, position, nodes, node_size=size, node_color=colour, ax=axis)
    nx.draw_networkx_edges(graph, position, width=0.6, edge_color="0.5", ax=axis)
    axis.set_title(f"{ratio:g} epitopes per arm", fontsize=9)
    axis.set_axis_off()


def draw(path: Path, curves: dict[Mixture, Curve]) -> None:
    """Precipitate and size against antigen, and three small lattices."""
    figure, axes = plt.subplot_mosaic(
        "pppsss;aabbcc", figsize=(9.0, 6.8), layout="constrained", height_ratios=(1.2, 1.0)
    )
    for k, (mixture, curve) in enumerate(curves.items()):
        for name, (mean, half) in (("p", curve.precipitate), ("s", curve.size)):
            axes[name].plot(curve.ratios, mean, color=f"C{k}", label=mixture.label)
            low, high = mean - half, mean + half
            axes[name].fill_between(curve.ratios, low, high, color=f"C{k}", alpha=0.25)
        axes["p"].plot(curve.ratios, curve.gel, color=f"C{k}", ls=":", lw=1)
    for name in "ps":
        axes[name].axvline(1.0, color="0.8", lw=1, zorder=0)
        axes[name].set(xscale="log", xlabel="antigen: epitopes per antibody arm (1 is equivalence)")
    axes["p"].set(
        ylabel=f"antibody in complexes of {LARGE} IgG or more (%)",
        title="Precipitate (dotted: closed form)",
    )
    axes["s"].set(
        yscale="log", ylabel="IgG per complex, weight average",
        title="Complex size (plateau: all of the sample)",
    )  # fmt: skip
    lines = axes["s"].get_legend_handles_labels()
    figure.legend(*lines, loc="outside upper center", ncols=2, frameon=False, fontsize=9)
    for name, ratio in zip("abc", SHOWN, strict=True):
        draw_lattice(axes[name], MIXTURES[0], ratio)
    figure.savefig(path)
    plt.close(figure)


def main(arguments: list[str] | None = None) -> None:
    """Measure, print the tables, draw the curves."""
    reader = argparse.ArgumentParser(description="The precipitin curve of the simulated lattice.")
    reader.add_argument("--out", type=Path, default=Path("precipitin.svg"),
                        help="figure to write, SVG or PNG (default: %(default)s)")  # fmt: skip
    out = reader.parse_args(arguments).out
    console, curves = Console(), {mixture: measure(mixture) for mixture in MIXTURES}
    for mixture, curve in curves.items():
        console.print(table(mixture, curve))
    draw(out, curves)
    console.print(f"curves: {out}")


if __name__ == "__main__":
    main()
