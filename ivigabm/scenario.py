"""What is simulated: the schema of a scenario file, and how one is found and read.

A scenario is a TOML file that a non-programmer can read and copy. It says who the patient is,
which antibody meets which target, how many cells a section holds and how the clinic reads the
outcome. A number may be given plainly or as the name of a row of `ivigabm/knowledge`
(`repair = "repair.myelin"`), so that what a source says is said once. Unknown keys are refused
with the nearest valid one.
"""

import tomllib
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, Field, ValidationError, model_validator

from ivigabm.clinical import Clinical, Population, Scale
from ivigabm.errors import InputError, nearest, shortened, unknown
from ivigabm.schema import Count, Part, Positive, Quantity, Share

VariantKey = Literal["organ", "induction", "antibody.target"]  # a scenario gives them meaning
Glycoform = Literal["native", "sialylated", "desialylated", "deglycosylated", "afucosylated"]


class Section(Part):
    """The tissue section that stands for the organ; lengths in sites of 20 um."""

    width: Annotated[int, Field(ge=16, le=2048)] = 64
    height: Annotated[int, Field(ge=16, le=2048)] = 64
    field_pitch: Annotated[int, Field(ge=1, le=16)] = 2
    molecule_pitch: Annotated[int, Field(ge=1, le=16)] = 4
    vessel_spacing: Annotated[int, Field(ge=2)] = 16
    niche_share: Share = 0.06
    target_share: Share = 0.25

    @model_validator(mode="after")
    def _meshes_fit(self) -> "Section":
        for name in ("field_pitch", "molecule_pitch"):
            pitch = getattr(self, name)
            if self.width % pitch or self.height % pitch:
                raise ValueError(f"{name} {pitch} does not divide {self.width} x {self.height}")
        return self


class Cells(Part):
    """Founders of each kind in the section (numbers of agents)."""

    macrophage: Count = 160
    neutrophil: Count = 0  # in the section at rest; signals call more of them from the blood
    nk_cell: Count = 0
    sensor_cell: Count = 40
    basophil: Count = 40
    b_cell: Count = 300
    dendritic_cell: Count = 0
    t_naive: Count = 0
    t_effector: Count = 0  # transferred on day 0
    treg: Count = 0
    target_cell: Count = 0  # in suspension in a dish; other targets fill their zone or the blood
    autoantibody_parcels: Annotated[int, Field(ge=1)] = 200
    igg_parcels: Annotated[int, Field(ge=1)] = 48


class Antibody(Part):
    """One pathogenic antibody: class, how it is delivered, what it does to its target."""

    label: str
    subclasses: dict[str, Share]
    species: Literal["human", "mouse"] = "human"
    glycoform: Glycoform = "native"
    # made by the patient's B cells; injected; there at onset and made no more; injected day by
    # day; or infused without pause
    # once a day; or by a pump
    delivery: Literal["endogenous", "bolus", "pulse", "daily", "infusion"] = "endogenous"
    fragment: Literal["intact", "fab2", "fab"] = "intact"
    # mg/kg of a bolus; mg/kg/day if daily or infused; None: what brings plasma to `concentration`
    dose: Annotated[float, Field(ge=0)] | None = None
    route: Literal["iv", "ip", "sc", "local"] = "iv"  # local: into the target tissue
    dose_fold: Annotated[float, Field(ge=0)] = 1.0  # multiple of this scenario's own amount
    day: float = 0.0
    concentration: Quantity = "autoantibody.concentration"  # mg/L, untreated or reference
    density: Quantity = "opsonin.density_igg"  # bound copies per um2 at that concentration
    occupancy: Quantity = "opsonin.occupancy"  # share of epitopes then occupied
    blocking: Share = 0.0  # how much of bound antibody blocks the target's function
    idiotype_recognised: Share = 1.0  # share that anti-idiotypes of pooled IgG recognise
    idiotype: str = ""  # antibodies of one name compete for the same anti-idiotypes

    @model_validator(mode="after")
    def _shares_add_up(self) -> "Antibody":
        total = sum(self.subclasses.values())
        if abs(total - 1.0) > 1e-9:
            raise ValueError(f"subclasses add up to {total:g}, not 1")
        return self


class Organs(Part):
    """Circulating cells that are in an organ, over those in blood, at rest."""

    spleen: Quantity = 0.0
    lymph_node: Quantity = 0.0
    bone_marrow: Quantity = 0.0


class Target(Part):
    """The cell that the antibody binds."""

    kind: str
    # a vessel wall sees plasma; medium: in suspension in a dish
    place: Literal["tissue", "blood", "vessel", "medium"] = "tissue"
    tissue_ratio: Quantity = 1.0  # IgG seen there over plasma IgG
    access: Quantity = 1.0  # share of the cell that a phagocyte can touch
    unregulated: Quantity = 0.0  # start of the alternative pathway that surface regulators leave
    c5a: Quantity = 0.0  # C5a left in the tissue at full C5 cleavage, half-effect units x site/d
    turnover: Quantity = "opsonin.turnover_igg"  # 1/day, of bound antibody
    repair: Quantity = "repair.myelin"  # 1/day
    start: Share = 1.0  # working share on day 0: 0 for an axon that has yet to grow
    lysis: Quantity = "damage.c5b9_max"  # 1/day, damage at full C5b-9
    vital: Share = 0.0  # function below which the individual dies; 0: it lives without
    loss: Quantity = "loss.irreversible"  # 1/day
    fas: Quantity = 0.0  # Fas on a cell in suspension, over that of a lymphocyte
    production: Quantity = "platelet.production"  # 1e9/L/day, circulating targets
    senescence: Quantity = "platelet.senescence"  # 1/day
    compensation: Quantity = 1.0  # most that the marrow raises production where cells are short
    maturation: Quantity = "platelet.maturation"  # days until it has done so
    count_per_agent: Positive = 0.25  # 1e9/L that one agent stands for
    organs: Organs = Organs()  # that circulating cells pass through, beside those in blood


class Complexes(Part):
    """Soluble immune complexes in a dish: which IgG, and what was mixed with which antigen."""

    subclasses: dict[str, Share] = Field(default={"IgG1": 1.0})
    species: Literal["human", "mouse"] = "human"
    glycoform: Glycoform = "native"
    # IgG in a complex; None: what the lattice of antigen and antibody makes of it
    valency: Annotated[int, Field(ge=1, le=60)] | None = None
    concentration: Annotated[float, Field(ge=0)] = 0.0  # of antigen, nmol/L
    counted: bool = False  # the concentration is of complexes with `valency` IgG, not of antigen
    antibody: Positive | None = None  # nmol/L of IgG; None: as much as equivalence asks for
    ratio: Positive | None = None  # epitopes per arm; replaces the antigen's concentration
    epitopes: Annotated[int, Field(ge=1, le=60)] = 4  # of one antigen, reached at once
    kd: Quantity = "complex.kd"  # nmol/L, of one arm and one epitope

    @model_validator(mode="after")
    def _shares_add_up(self) -> "Complexes":
        total = sum(self.subclasses.values())
        if abs(total - 1.0) > 1e-6:
            raise ValueError(f"subclasses add up to {total:g}, not 1")
        return self


class Dish(Part):
    """A dish: medium that nothing flows through, without FcRn, production or a body to go to."""

    volume_ml: Positive = 1.0  # of medium
    serum: Share = 0.0  # complement in the medium, as a share of that of serum
    phagocyte: Literal["macrophage", "monocyte"] = "macrophage"  # whose receptors they show
    number: Count = 200  # cells of a kind that is named without a number
    stimulus: dict[str, Annotated[float, Field(ge=0)]] = Field(default={})  # half effects
    receptor: str | None = None  # the only one on its cells; None: those of their kind
    copies: Positive = 1e6  # of that receptor on a cell
    complexes: Complexes = Complexes()


class Immunisation(Part):
    """Antigen in adjuvant, given once; T cells of the section are those that know the antigen."""

    day: Annotated[float, Field(ge=0)] = 0.0
    strength: Annotated[float, Field(ge=0)] = 1.0  # multiple of the usual amount


class Amyloid(Part):
    """Amyloid-β of the brain at the start."""

    plaque: Annotated[float, Field(ge=0)] = 0.0  # over oligomer in the untreated steady state
    production: Annotated[float, Field(ge=0)] = 1.0  # fold of what man makes


class Therapy(Part):
    """The standard treatment, used unless a perturbation says otherwise."""

    preparation: str = "ivig"
    schedule: str = "0:2"  # DAY:DOSE[xCOUNT/INTERVAL][iv|sc|ip], g/kg
    route: Literal["iv", "sc", "ip"] = "iv"
    concentration: Annotated[float, Field(ge=0)] | None = None  # g/L, in a dish, on day 0


class Scenario(Part):
    """A disease, mouse model or healthy person, ready to be perturbed and simulated."""

    name: str
    title: str
    species: Literal["human", "mouse"]
    note: str = ""
    sources: list[str] = Field(default=[])
    days: Annotated[float, Field(gt=0, le=36_500)] = 28.0
    step_hours: Annotated[float, Field(ge=0.05, le=6)] = 1.0
    run_in_days: Annotated[float, Field(ge=0)] = 0.0  # of a chronic disease, to come to rest
    # of an acute one, from onset to day 0, in place of the run-in
    prodrome_days: Annotated[float, Field(ge=0)] = 0.0
    baseline_igg: Quantity = "baseline.igg"  # g/L
    receptors: Literal["human", "mouse"] | None = None  # Fcγ receptors, if not the species' own
    genotype: dict[str, str] = Field(default={})
    section: Section = Section()
    cells: Cells = Cells()
    target: Target | None = None
    antibody: list[Antibody] = Field(default=[])
    immunisation: Immunisation | None = None
    dish: Dish | None = None  # set: a dish, not a body
    amyloid: Amyloid | None = None
    clinical: Clinical | None = None
    scales: list[Scale] = Field(default=[])  # what the clinic reads beside it
    population: Population | None = None  # None: everybody is the typical individual
    therapy: Therapy = Therapy()
    parameters: dict[str, float] = Field(default={})  # overrides of knowledge rows
    # key -> word -> settings: what `organ=lung` means in this scenario
    variants: dict[VariantKey, dict[str, dict[str, float | str]]] = Field(default={})

    @model_validator(mode="after")
    def _is_a_dish_or_a_body(self) -> "Scenario":
        if (self.therapy.concentration is not None) != (self.dish is not None):
            raise ValueError("therapy.concentration is for a dish, and a dish needs it")
        place = self.target.place if self.target else None
        if place is not None and (place == "medium") != (self.dish is not None):
            raise ValueError("target.place medium is for a dish, and only medium is")
        return self

    @model_validator(mode="after")
    def _scales_have_words_of_their_own(self) -> "Scenario":
        words = [scale.reads for scale in self.scales]
        words += [self.clinical.reads] if self.clinical and self.clinical.reads else []
        twice = sorted({word for word in words if words.count(word) > 1})
        if twice:
            raise ValueError(f"scales: '{twice[0]}' is read twice")
        return self

    def scale(self, word: str) -> Scale | None:
        """The scale beside the clinical score that is read by this word."""
        return next((scale for scale in self.scales if scale.reads == word), None)

    @property
    def receptor_species(self) -> str:
        """Whose Fcγ receptors the cells carry."""
        return self.receptors or self.species

    @classmethod
    def load(cls, name: str | Path) -> "Scenario":
        """Read a scenario by name (`cidp`) or path.

        Raises
        ------
        InputError : no such scenario, not a file, not TOML, or a key or value that is not
            allowed.
        """
        path = find(name)
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise InputError(f"{path}: cannot be read as TOML: {error}") from None
        return cls.from_dict({"name": path.stem, **data}, source=path.name)

    @classmethod
    def from_dict(cls, data: dict[str, Any], source: str = "scenario") -> "Scenario":
        """Build from plain data; `source` names it in messages."""
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise InputError(_explain(error, source)) from None


def folder() -> Path:
    """Where the scenarios that ship with the program lie."""
    packaged = Path(str(resources.files("ivigabm"))) / "_scenarios"
    return packaged if packaged.is_dir() else Path(__file__).resolve().parent.parent / "scenarios"


def scenario_names() -> list[str]:
    """Names of the scenarios that ship with the program, sorted."""
    return sorted(path.stem for path in folder().glob("*.toml"))


def find(name: str | Path) -> Path:
    """Path of a scenario given by name or path.

    Raises
    ------
    InputError : there is none, or it is a directory.
    """
    text = str(name)
    path = Path(name)
    if text in scenario_names():
        return folder() / f"{text}.toml"
    if path.is_dir():
        raise InputError(f"scenario '{text}' is a directory; a TOML file or a name is expected")
    if path.is_file():
        return path
    if path.suffix == ".toml" or len(path.parts) > 1:
        raise InputError(f"scenario file '{text}' does not exist")
    raise unknown("scenario", text, scenario_names())


def _models(part: Any) -> type[BaseModel] | None:
    """The schema inside an annotation such as `list[Antibody]` or `Target | None`."""
    if isinstance(part, type) and issubclass(part, BaseModel):
        return part
    return next((m for a in get_args(part) if (m := _models(a))), None)


def _allowed(location: tuple[int | str, ...]) -> list[str]:
    """Keys allowed beside the last one of `location`."""
    model: type[BaseModel] = Scenario
    for word in location[:-1]:
        if isinstance(word, str) and word in model.model_fields:
            model = _models(model.model_fields[word].annotation) or model
    return list(model.model_fields)


def _explain(error: ValidationError, source: str) -> str:
    lines = []
    for item in error.errors():
        where = tuple(item["loc"])
        key = ".".join(str(word) for word in where) or "file"
        if item["type"] == "extra_forbidden":
            names = _allowed(where)
            hint = nearest(str(where[-1]), names)
            lines.append(f"key '{key}' is not known{hint} (allowed: {', '.join(sorted(names))})")
        elif item["type"] == "missing":
            lines.append(f"key '{key}' is missing")
        else:
            found = shortened(repr(item["input"]))
            lines.append(f"key '{key}': {item['msg'].lower()}, found {found}")
    return f"{source}: " + "; ".join(dict.fromkeys(lines))
