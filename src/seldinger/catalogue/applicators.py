"""Applicators: what heats or freezes, its published zones, and the fit that this project made.

An applicator is named by the device whose published table it is. Its table is data; its fit is an
opinion that says how wrong it is. Records here, files in ``applicators/*.toml``, fits in
``fitting``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Literal, get_args

from annotated_types import MinLen

from seldinger.catalogue.names import closest, match_name
from seldinger.core.errors import CatalogueError
from seldinger.evidence import records
from seldinger.evidence.records import Count, Key, NotNegative, Positive, Text, Word, written
from seldinger.physics.thermal.sources import Absorption

if TYPE_CHECKING:
    from pathlib import Path

Modality = Literal["microwave", "radiofrequency", "cryo"]
Conditions = Literal["vendor chart", "ex vivo", "gel", "in vivo", "clinical", "not recorded"]

_MOST_APART_MM = 0.6
"""Length, tip and centre of a row may disagree by this much: each was rounded."""
_ABSORPTION = ("attenuation_per_mm", "sigma_mm", "behind_tip_mm", "efficiency")


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """One row of a published table.

    Attributes:
        setting: as the table calls it.
        power_w: per probe, as set; none: not told, or cold.
        seconds: how long; none: not told.
        probes: how many worked at once.
        spacing_mm: between neighbours; none for one probe, or not told.
        conditions: what it was measured in.
        medium_c: temperature of the medium before; none: not told.
        level: what edge was measured: "visible coagulation", or an isotherm as "-40 C".
        width_mm: across the shaft.
        length_mm: along the shaft.
        volume_ml: as published.
        beyond_tip_mm: from the tip to the far end of the zone.
        centre_behind_tip_mm: from the tip back to the middle of the zone.
        energy_kj: that went in.
        source: key of the bibliography.
        note: what the reader must know besides.
    """

    setting: Text
    power_w: Positive | None = None
    seconds: Positive | None = None
    probes: Count = 1
    spacing_mm: Positive | None = None
    conditions: Conditions
    medium_c: float | None = None
    level: Text
    width_mm: Positive | None = None
    length_mm: Positive | None = None
    volume_ml: Positive | None = None
    beyond_tip_mm: float | None = None
    centre_behind_tip_mm: float | None = None
    energy_kj: Positive | None = None
    source: Word
    note: str = ""

    def __post_init__(self) -> None:
        if self.probes == 1 and self.spacing_mm is not None:
            raise CatalogueError(f"zone {self.setting}: one probe has no spacing")
        ends = (self.length_mm, self.beyond_tip_mm, self.centre_behind_tip_mm)
        if all(end is not None for end in ends):
            length, beyond, centre = (float(end) for end in ends if end is not None)
            if abs(0.5 * length - beyond - centre) > _MOST_APART_MM:
                raise CatalogueError(
                    f"zone {self.setting}: half of its length {length} mm is not {beyond} mm "
                    f"beyond the tip and {centre} mm behind it"
                )

    @property
    def isotherm_c(self) -> float | None:
        """The temperature that ``level`` names; none if it names no temperature."""
        number, _, unit = self.level.rpartition(" ")
        try:
            return float(number) if unit == "C" else None
        except ValueError:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Numbers of a source, fitted to a table with this project's own solver.

    Attributes:
        mode: "chart-calibrated": tuned to the table, perfusion included; no physiology.
        numbers: what was fitted, by name with its unit.
        tissue: whose properties were used, a name of ``catalogue.tissues``.
        perfusion_per_s: held constant during the fit; what the numbers belong to.
        law: name of the law of damage; "isotherm" where the table names temperatures.
        counted_above_c: below this the law adds nothing; none for isotherms.
        observations: independent lengths that were fitted.
        rms_mm: over those, root of the mean square of what the fit misses.
        leave_one_out_mm: the same, each setting predicted from the others; none: one setting only.
        assessable: at least two independent observations per fitted number, and left out in turn.
        why: that in words.
    """

    mode: Literal["chart-calibrated"]
    numbers: Annotated[Mapping[Word, float], MinLen(1)]
    tissue: Word
    perfusion_per_s: NotNegative
    law: Text
    counted_above_c: float | None = None
    observations: Count
    rms_mm: NotNegative
    leave_one_out_mm: Positive | None = None
    assessable: bool
    why: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Controller:
    """What a radiofrequency generator does to its power.

    Attributes:
        kind: "impedance pulsing": full power until the impedance has risen, then a pause;
            "tip temperature": as much as keeps the tips at ``target_c``; "power ramp": stepwise
            up; "constant": as set.
        start_w: at first.
        step_w, step_s: what is added to it, and how often; none: nothing is.
        most_w, most_a: limits of the generator.
        rise_ohm: over the lowest impedance seen, that ends a pulse; none: it does not.
        pause_s: after a pulse.
        target_c: of the tips, for "tip temperature".
    """

    kind: Literal["impedance pulsing", "tip temperature", "power ramp", "constant"]
    start_w: Positive
    step_w: Positive | None = None
    step_s: Positive | None = None
    most_w: Positive
    most_a: Positive | None = None
    rise_ohm: Positive | None = None
    pause_s: Positive | None = None
    target_c: float | None = None

    def __post_init__(self) -> None:
        if (self.step_w is None) != (self.step_s is None):
            raise CatalogueError("a controller's step needs both watts and seconds")
        if self.kind == "impedance pulsing" and (self.rise_ohm is None or self.pause_s is None):
            raise CatalogueError("impedance pulsing needs a rise in ohm and a pause")
        if self.kind == "tip temperature" and self.target_c is None:
            raise CatalogueError("a controller of tip temperature needs its target")


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicator:
    """A device that heats or freezes.

    Attributes:
        id: how plans and users name it.
        name: as printed.
        modality: how it kills.
        diameter_mm: outer, of the shaft.
        active_mm: length at the tip that works; none: no such part (an antenna's is its fit).
        usable_mm: from tip to hub.
        max_power_w: highest setting of its table; none for cold.
        controller: of a radiofrequency generator.
        cooled: whether fluid cools the electrode from within; radiofrequency only.
        coolant_boiling_c: a cryoprobe gets no colder.
        cooling_limit_w: the most heat it can take up; none: not known.
        zones: its published table.
        fit: ours; none where there is none to make.
        source: key of the bibliography when it says every dimension; otherwise none.
        assumption: what is typical here and has no source; exactly one of the two is set.
        facts: of single dimensions -> id of the evidence fact it was taken from.
    """

    id: Key
    name: Text
    modality: Modality
    diameter_mm: Positive
    active_mm: Positive | None = None
    usable_mm: Positive
    max_power_w: Positive | None = None
    controller: Controller | None = None
    cooled: bool = False
    coolant_boiling_c: float | None = None
    cooling_limit_w: Positive | None = None
    zones: Annotated[tuple[Zone, ...], MinLen(1)] = field(metadata=written("zone"))
    fit: Fit | None = None
    source: Word | None = None
    assumption: Text | None = None
    facts: Mapping[Text, Text] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if (self.source is None) == (self.assumption is None):
            raise CatalogueError(f"applicator {self.id}: give either a source or an assumption")
        if (self.controller is not None or self.cooled) and self.modality != "radiofrequency":
            raise CatalogueError(
                f"applicator {self.id}: controllers and cooled electrodes are radiofrequency's"
            )
        if (self.coolant_boiling_c is not None) != (self.modality == "cryo"):
            raise CatalogueError(f"applicator {self.id}: a coolant belongs to cold, and only there")
        if self.modality != "microwave" and self.active_mm is None:
            raise CatalogueError(f"applicator {self.id}: give the length that works, active_mm")
        highest = max((z.power_w for z in self.zones if z.power_w is not None), default=0.0)
        if self.modality != "cryo" and (self.max_power_w is None or highest > self.max_power_w):
            raise CatalogueError(
                f"applicator {self.id}: max_power_w must cover its table, up to {highest:g} W"
            )
        self._check_fit()

    def _check_fit(self) -> None:
        """A fit has the numbers that its modality is made of."""
        if self.fit is None:
            return
        wanted = {"microwave": set(_ABSORPTION), "cryo": {"wall_c"}}.get(self.modality, set())
        if set(self.fit.numbers) != wanted:
            raise CatalogueError(
                f"applicator {self.id}: a fit of {self.modality} has the numbers "
                f"{', '.join(sorted(wanted)) or 'none'}, got {', '.join(sorted(self.fit.numbers))}"
            )

    @property
    def absorption(self) -> Absorption | None:
        """Its fit as the engine takes it; None where it has none of that kind."""
        if self.modality != "microwave" or self.fit is None:
            return None
        return Absorption(**self.fit.numbers, shaft_radius_mm=0.5 * self.diameter_mm)


@cache
def _rack() -> Mapping[str, Applicator]:
    return read_applicators(records.shipped("seldinger.catalogue", "applicators"))


def read_applicators(pages: Mapping[str, str]) -> Mapping[str, Applicator]:
    """Applicators by id, from file name -> TOML text.

    Raises:
        CatalogueError: a page is malformed or an id is there twice.
    """
    by_id: dict[str, Applicator] = {}
    for name, text in pages.items():
        parsed = parse_applicator(text, name)
        if parsed.id in by_id:
            raise CatalogueError(f"{name}: the applicator {parsed.id!r} is there twice")
        by_id[parsed.id] = parsed
    return MappingProxyType(by_id)


def applicators(modality: Modality | str | None = None) -> tuple[Applicator, ...]:
    """All applicators, or those of one modality, in the order of their files.

    Raises:
        CatalogueError: there is no such modality.
    """
    known = tuple(_rack().values())
    if modality is None:
        return known
    modalities = get_args(Modality)
    called = match_name(modality, modalities)
    if called is None:
        raise CatalogueError(
            f"no modality is called {modality!r}; {closest(modality, modalities)}; there are: "
            f"{', '.join(modalities)}"
        )
    return tuple(one for one in known if one.modality == called)


def applicator(applicator_id: str) -> Applicator:
    """The applicator called that; ``CatalogueError`` with the closest ids otherwise."""
    known = _rack()
    if applicator_id not in known:
        raise CatalogueError(
            f"no applicator is called {applicator_id!r}; {closest(applicator_id, known)}"
        )
    return known[applicator_id]


def read_applicator(path: Path) -> Applicator:
    """A user's own applicator from a TOML file laid out like ours.

    Raises:
        CatalogueError: unreadable, malformed, or against itself.
    """
    return records.read(Applicator, path, CatalogueError)


def parse_applicator(text: str, name: str) -> Applicator:
    """An applicator from TOML text; ``CatalogueError`` names the file when it is malformed."""
    tables = records.parsed(text, name, CatalogueError)
    return records.checked(Applicator, tables, name, CatalogueError)
