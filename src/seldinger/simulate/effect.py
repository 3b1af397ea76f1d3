"""The predicted effect of placements, whatever the engine: measures with their spread, and fields.

A treatment adds measures, not fields of a class. ``Effect`` goes to ``plan.json`` as it stands;
``Fields`` lives in memory and in the files beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from seldinger.core.errors import PlanError
from seldinger.core.formatting import short_repr
from seldinger.core.quantity import Spread, check_unit

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from seldinger.core.space import Points
    from seldinger.core.volume import Volume


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure that an engine predicts.

    Attributes:
        id: lower case, words joined by hyphens; unique among the measures beside it.
        label: what it is, in words.
        unit: UCUM, "1" for a share or a probability.
        value: as planned, with its spread where it was sampled; None where it is unknown.
        at_least, at_most: what is asked of it; None: nothing.
        sources: keys of the bibliography, of what is asked.

    Raises:
        ValueError: on construction, the unit is no UCUM unit.
    """

    id: str
    label: str
    unit: str
    value: Spread | float | None
    at_least: float | None = None
    at_most: float | None = None
    sources: tuple[str, ...] = ()

    __repr__ = short_repr

    def __post_init__(self) -> None:
        check_unit(self.unit, self.label)

    @property
    def nominal(self) -> float | None:
        """As planned, without its spread."""
        return self.value.nominal if isinstance(self.value, Spread) else self.value

    @property
    def kept(self) -> bool | None:
        """Whether what is asked holds as planned; None where that, or what is asked, is unknown."""
        figure = self.nominal
        if figure is None or (self.at_least is None and self.at_most is None):
            return None
        low = self.at_least is None or figure >= self.at_least
        return low and (self.at_most is None or figure <= self.at_most)


@dataclass(frozen=True, slots=True)
class StructureEffect:
    """A structure at risk, and what reaches it.

    Attributes:
        structure: our term.
        measures: what reaches it, with its limits.
        kept: whether it is spared; None when unknown.
        protection: what would protect it; empty when nothing is needed.
        sources: keys of the bibliography.
    """

    structure: str
    measures: tuple[Measure, ...]
    kept: bool | None
    protection: str = ""
    sources: tuple[str, ...] = ()

    __repr__ = short_repr

    def measure(self, name: str) -> Measure:
        """The measure called ``name``; see ``find_measure``."""
        return find_measure(self.measures, name, self.structure)


@dataclass(frozen=True, slots=True)
class Option:
    """One row of the table of alternatives: a device, how many of it, and what that would do.

    Attributes:
        technique: what is done, in the field's word.
        device: id in the catalogue.
        count: how many are placed.
        setting: what is set, in words.
        measures: what it is expected to do.
        chosen: whether the plan goes on with it.
        note: why not, or why.
        on_patient: whether its figures are of this patient and not an estimate.
    """

    technique: str
    device: str
    count: int
    setting: str
    measures: tuple[Measure, ...]
    chosen: bool = False
    note: str = ""
    on_patient: bool = False

    __repr__ = short_repr

    def measure(self, name: str) -> Measure:
        """The measure called ``name``; see ``find_measure``."""
        return find_measure(self.measures, name, self.device)


@dataclass(frozen=True, slots=True)
class EffectTable:
    """What a treatment tells in rows of words, where measures do not hold it: a calendar, rules.

    Attributes:
        title: its heading.
        head: names of the columns.
        rows: as many cells each as ``head``.
        strong: numbers of the rows that stand out, from 0.
        bad: numbers of those that are not kept.
        note: stands below.

    Raises:
        PlanError: on construction, a row of another length, or a number of no row.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    strong: tuple[int, ...] = ()
    bad: tuple[int, ...] = ()
    note: str = ""

    __repr__ = short_repr

    def __post_init__(self) -> None:
        odd = [row for row in self.rows if len(row) != len(self.head)]
        if odd:
            raise PlanError(
                f"the table {self.title!r} has {len(self.head)} columns and a row of "
                f"{len(odd[0])} cells: fill every column"
            )
        if not {*self.strong, *self.bad} <= {*range(len(self.rows))}:
            raise PlanError(
                f"the table {self.title!r} marks a row that it has not: it has {len(self.rows)}, "
                "numbered from 0"
            )


@dataclass(frozen=True, slots=True)
class Effect:
    """What placements are expected to do, and how sure that is.

    Attributes:
        kind: whose measures these are: the treatment's word for itself.
        criterion: what counts as affected, in words.
        model: which model the figures are of.
        measures: the figures, those that matter most first.
        structures: structures at risk.
        options: what else was considered.
        complete: id of the measure that is the chance of a complete treatment; None: the treatment
            predicts none, and no gate asks for one.
        goal: id of the measure that this chance turns on.
        samples: how many were drawn for the spreads; 0: none.
        variance: source of uncertainty -> its share of the variance of ``goal``.
        notes: what a reader must know before he believes the rest.
        outside_domain: why the figures are not to be believed; empty where they lie in their
            domain, None where nobody judged it.
        tables: what else is told, in rows of words; the file leaves them out when there are none.

    Raises:
        PlanError: on construction, two measures share an id, or ``complete`` or ``goal`` names
            none.
    """

    kind: str
    criterion: str
    model: str
    measures: tuple[Measure, ...]
    structures: tuple[StructureEffect, ...] = ()
    options: tuple[Option, ...] = ()
    complete: str | None = None
    goal: str | None = None
    samples: int = 0
    variance: dict[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    outside_domain: tuple[str, ...] | None = None
    tables: tuple[EffectTable, ...] = ()

    __repr__ = short_repr

    def __post_init__(self) -> None:
        ids = [measure.id for measure in self.measures]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            raise PlanError(f"an effect has two measures called {twice[0]!r}: name each once")
        for name in (self.complete, self.goal):
            if name is not None:
                self.measure(name)

    def measure(self, name: str) -> Measure:
        """The measure called ``name``; see ``find_measure``."""
        return find_measure(self.measures, name, "this effect")

    @property
    def dominant(self) -> str:
        """What most of the variance comes from; empty where nothing was sampled."""
        return max(self.variance, key=lambda name: self.variance[name], default="")


def find_measure(measures: tuple[Measure, ...], name: str, whose: str) -> Measure:
    """The measure called ``name``.

    Args:
        measures: to look through.
        name: the id.
        whose: they are, for the message.

    Raises:
        PlanError: there is none; those there are stand in the message.
    """
    for measure in measures:
        if measure.id == name:
            return measure
    raise PlanError(
        f"{whose} has no measure {name!r}; there are: {', '.join(m.id for m in measures) or 'none'}"
    )


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """A figure over time: ``values`` (n,) in ``unit`` at ``times_s`` (n,)."""

    times_s: NDArray[np.float64]
    values: NDArray[np.float64]
    unit: str

    __repr__ = short_repr


@dataclass(frozen=True, slots=True, eq=False)
class ScalarSurface:
    """A figure over a surface.

    Attributes:
        points_lps_mm: (m, 3).
        values: (m,) there.
        unit: of ``values``.
        marked: (m,) points that are told apart; what the mark means is the treatment's to say.
    """

    points_lps_mm: Points
    values: NDArray[np.float64]
    unit: str
    marked: NDArray[np.bool_]

    __repr__ = short_repr


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """A figure along a way: ``values`` (n,) in ``unit`` at ``along_mm`` (n,)."""

    along_mm: NDArray[np.float64]
    values: NDArray[np.float64]
    unit: str

    __repr__ = short_repr


@dataclass(frozen=True, slots=True, eq=False)
class ScalarTree:
    """A figure over vessels.

    Attributes:
        lines_lps_mm: of each vessel, (n, 3).
        widths_mm: of each, (n,) diameter.
        values: of each, (n,) in ``unit``.
        unit: of ``values``.
    """

    lines_lps_mm: tuple[Points, ...]
    widths_mm: tuple[NDArray[np.float64], ...]
    values: tuple[NDArray[np.float64], ...]
    unit: str

    __repr__ = short_repr


@dataclass(frozen=True, slots=True, eq=False)
class Fields:
    """The effect as fields: in memory, and as files beside ``plan.json``.

    Attributes:
        volumes: by name; masks are bool, probabilities float32.
        traces: by name of the structure or device.
        surfaces: by name.
        profiles: along a vessel, by name.
        trees: over vessels, by name.
        draws: (samples,) figures of each measure that was sampled, by its id.
    """

    volumes: Mapping[str, Volume] = field(default_factory=dict)
    traces: Mapping[str, Trace] = field(default_factory=dict)
    surfaces: Mapping[str, ScalarSurface] = field(default_factory=dict)
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    trees: Mapping[str, ScalarTree] = field(default_factory=dict)
    draws: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)

    __repr__ = short_repr
