"""Ablation: any arrangement of probes, sources, cold bodies and vessels, carried out as described.

Nothing is planned and nothing is improved: the experiment says where, what and for how long; what
comes out is measured.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger import __version__
from seldinger.core.errors import SimulationError
from seldinger.core.progress import Progress, silent
from seldinger.core.space import as_vector, unit
from seldinger.physics.thermal import damage as laws
from seldinger.physics.thermal.bodies import FixedBody, Programme
from seldinger.physics.thermal.controllers import ImpedancePulses, PowerRamp
from seldinger.physics.thermal.model import (
    FrozenFlow,
    Model,
    Settings,
    SteadyFlow,
    TwoCompartmentFlow,
    VascularStasis,
)
from seldinger.physics.thermal.properties import Blood
from seldinger.physics.thermal.run import run as heat
from seldinger.simulate import place as places
from seldinger.simulate import probes as probe_room
from seldinger.simulate import shapes
from seldinger.simulate.measured import measure_result
from seldinger.simulate.outcome import Line, Outcome
from seldinger.simulate.thermal.modalities import find_modality, radiofrequency
from seldinger.simulate.thermal.modalities.base import AtWork

if TYPE_CHECKING:
    from seldinger.physics.thermal.damage import Law
    from seldinger.physics.thermal.model import Flow
    from seldinger.physics.thermal.result import Result
    from seldinger.simulate.experiment import Experiment
    from seldinger.simulate.layout import ExperimentFile, LawSection
    from seldinger.simulate.place import Place
    from seldinger.simulate.thermal.setup import Placed

_EDGE_K = 1.0
_OVERSHOT_K = 0.5
_MOST_HALVINGS = 4
_ENGINE_EDGE = "the edge of the grid"
"""The engine counts bodies at the edge too; here only tissue counts, and what was asked."""
_READ, _HEATED = 0.1, 0.95


@dataclass(frozen=True, slots=True, eq=False)
class Arranged:
    """An experiment as the engine takes it.

    Attributes:
        place: cells with numbers.
        probes: of the catalogue.
        model: the block with all that works in it.
        settings: how to compute it, and what to follow.
    """

    place: Place
    probes: tuple[Placed, ...]
    model: Model
    settings: Settings


def run(experiment: Experiment, progress: Progress = silent) -> Outcome:
    """Carry out an experiment.

    Args:
        experiment: from ``read`` or ``check_experiment``.
        progress: told what is being done; may raise ``Cancelled``.

    Raises:
        SimulationError: it cannot be carried out as described; the message says what to change.
        CatalogueError: an unknown device or tissue; the message names the closest.
        SeldingerError: a patient's files cannot be read.
        Cancelled: by ``progress``.
    """
    progress("reading", 0.0)
    made = arrange(experiment.asked, progress)

    def heating(what: str, fraction: float) -> None:
        progress(what, _READ + (_HEATED - _READ) * fraction)

    try:
        result, stepped = _heated(made, heating)
    except ValueError as refused:
        raise SimulationError(f"this cannot be computed: {refused}") from refused
    edge = _check_edge(experiment.asked, made, result)
    progress("measuring", _HEATED)
    asked, place = experiment.asked, made.place
    axis, isotherms, damage = measure_result(asked, place, result)
    remarks = probe_room.list_remarks(place, made.probes, asked.radiofrequency)
    engine = [words for words in result.warnings if not words.startswith(_ENGINE_EDGE)]
    outcome = Outcome(
        experiment=experiment,
        result=result,
        initial_c=place.initial_c,
        axis=axis,
        isotherms=isotherms,
        damage=damage,
        bodies=tuple(body.name for body in made.model.held),
        sources_of_heat=(
            *(source.name for source in made.model.sources),
            *(["electrodes"] if made.model.radiofrequency else []),
        ),
        lines=_lines(made),
        warnings=(*remarks, *edge, *stepped, *engine),
        notes=(*place.notes, *_drying_told(made)),
        assumptions=place.assumptions,
        cites=_cites(made),
        inputs=(*experiment.inputs, *place.inputs),
        version=__version__,
    )
    progress("measuring", 1.0)
    return outcome


def _drying_told(made: Arranged) -> tuple[str, ...]:
    """What a reader must know where impedance decides when the power goes off."""
    electric = made.model.radiofrequency
    if electric is None or not isinstance(electric.controller, ImpedancePulses | PowerRamp):
        return ()
    told = (
        "the generator follows the impedance, which rises as a shell of tissue dries: how wide a "
        f"shell dries at once is assumed, drying_mm = {electric.drying_mm:g}; in living liver 0.5 "
        "gave a zone 15 % larger and 1.4 one 9 % smaller than 1"
    )
    return (told,)


def arrange(asked: ExperimentFile, progress: Progress = silent) -> Arranged:
    """Everything in its place, before anything is computed.

    Raises:
        SimulationError, CatalogueError, SeldingerError: as ``run`` says.
    """
    place = places.build_place(asked, lambda what, fraction: progress(what, _READ * fraction))
    placed = probe_room.place_probes(place.grid, asked.probe, asked.radiofrequency)
    _check_points(asked, place)
    try:
        probes = find_modality(placed).build(place.grid, placed) if placed else AtWork()
        made = _at_work(asked, place, probes)
        model = Model(
            grid=place.grid,
            material=place.material,
            tissues=place.tissues,
            blood=place.blood or Blood(1.0, place.initial_c),  # nothing is perfused then
            flow=_flow(asked),
            frost=_frost(asked, place, made.bodies),
            sources=made.sources,
            bodies=made.bodies,
            initial_c=place.initial_c,
            radiofrequency=radiofrequency.read_circuit(asked, place, placed, made),
        )
        settings = Settings(
            duration_s=_duration_s(asked, placed, made),
            laws=tuple(_law(section) for section in asked.law),
            points_lps_mm=tuple(point.lps_mm for point in asked.point),
            sample_every_s=asked.numerics.sample_every_s,
            step_s=asked.numerics.step_s,
            method=asked.numerics.method,
        )
    except ValueError as refused:
        raise SimulationError(f"this cannot be: {refused}") from refused
    return Arranged(place, placed, model, settings)


def _at_work(asked: ExperimentFile, place: Place, probes: AtWork) -> AtWork:
    """Probes among all else that heats or holds a temperature; they keep shared cells."""
    grid = place.grid
    sources = (shapes.build_source(grid, n, s) for n, s in enumerate(asked.source, start=1))
    bodies = [shapes.build_cold(grid, n, c) for n, c in enumerate(asked.cold, start=1)]
    bodies += [shapes.build_vessel(place, n, v) for n, v in enumerate(asked.vessel, start=1)]
    if place.vessels is not None and place.blood is not None:
        blood = Programme.constant(place.blood.temperature_c)
        bodies.append(FixedBody("vessels", place.vessels, blood))
    where = asked.block or asked.patient
    if where is not None and where.edge == "held":
        bodies.append(shapes.build_edge(place))
    return replace(probes, sources=(*probes.sources, *sources)).share_cells(grid, bodies)


def _flow(asked: ExperimentFile) -> Flow:
    blood = asked.perfusion
    if blood.mode == "stopped" and blood.law is not None and blood.share is not None:
        return VascularStasis(blood.law, blood.share)
    if blood.blood_fraction is not None and blood.exchange_w_per_m3_k is not None:
        return TwoCompartmentFlow(blood.blood_fraction, blood.exchange_w_per_m3_k)
    return SteadyFlow()


def _frost(asked: ExperimentFile, place: Place, bodies: tuple[FixedBody, ...]) -> FrozenFlow | None:
    """What frost leaves of perfusion, where there may be frost."""
    if asked.frost is not None:
        return FrozenFlow(asked.frost.frozen_share, asked.frost.thawed_share)
    lowest = min((t for b in bodies for t in b.programme.temperatures_c), default=place.initial_c)
    for tissue in place.tissues:
        freezes = tissue.freezing is not None and lowest < tissue.freezing.start_c
        if freezes and tissue.perfusion_per_s > 0.0:
            raise SimulationError(
                f"[frost] is missing: {tissue.name} is perfused and may freeze; give frozen_share "
                f"and thawed_share, 0 (no blood) to 1 (all of it)"
            )
    return None


def _law(section: LawSection) -> Law:
    name, lethal = section.called, section.lethal
    if section.temperature_c is not None and section.thawed_above_c is not None:
        return laws.ColdIsotherm(name, section.temperature_c, section.thawed_above_c, lethal)
    above = section.counted_above_c
    if above is None:
        raise SimulationError(f"[[law]] {name} needs counted_above_c")
    if section.kind == "cem43":
        known = laws.cem43(lethal, above)
        return laws.ThermalDose(name, known.ratio_above, known.ratio_below, above, lethal)
    if section.frequency_per_s is not None and section.activation_j_per_mol is not None:
        a, e = section.frequency_per_s, section.activation_j_per_mol
        return laws.Arrhenius(name, a, e, above, lethal)
    made = laws.ARRHENIUS[section.kind](above)
    return laws.Arrhenius(name, made.frequency_per_s, made.activation_j_per_mol, above, lethal)


def _duration_s(asked: ExperimentFile, placed: tuple[Placed, ...], made: AtWork) -> float:
    if asked.duration_s is not None:
        return asked.duration_s
    ends = [probe.seconds for probe in placed] + [s.schedule.ends_s[-1] for s in made.sources]
    ends += [end for body in made.bodies for end in body.programme.ends_s]
    ends += [asked.radiofrequency.seconds] if asked.radiofrequency else []
    finite = [end for end in ends if math.isfinite(end) and end > 0.0]
    if not finite:
        raise SimulationError("duration_s is missing: nothing here has an end of its own")
    return max(finite)


def _check_points(asked: ExperimentFile, place: Place) -> None:
    for point in asked.point:
        shapes.check_inside(place.grid, f"point {point.name}", point.lps_mm)


def _heated(made: Arranged, progress: Progress) -> tuple[Result, tuple[str, ...]]:
    """The engine's result; steps of its own choice are halved until nothing overshoots.

    Super-steps across the onset of freezing can throw a cell below everything that cools it, for a
    moment, and the coldest temperature would remember it.
    """
    settings, own = made.settings, made.settings.step_s is None
    lowest = made.model.lowest_c
    for halved in range(_MOST_HALVINGS + 1):
        result = heat(made.model, settings, progress)
        reached, step = float(result.coldest_c.values.min()), result.stepping.step_s
        if reached >= lowest - _OVERSHOT_K:
            shorter = f"steps were shortened to {step:g} s: longer ones overshot into the cold"
            return result, (shorter,) if halved else ()
        if not own:
            break
        settings = replace(settings, step_s=0.5 * step)
    raise SimulationError(
        f"tissue would fall to {reached:.0f} C, but nothing here is colder than {lowest:g} C: "
        f"steps of {step:g} s are too long; give [numerics] a shorter step_s, or a longer ramp_s"
    )


def _check_edge(asked: ExperimentFile, made: Arranged, result: Result) -> tuple[str, ...]:
    """Refuse a grid too small for its zone; where that was asked for, say it."""
    where = asked.block or asked.patient
    tissue = made.place.material > 0
    for body in made.model.held:
        tissue &= ~body.cells
    start = made.place.initial_c
    changed = np.maximum(result.peak_c.values - start, start - result.coldest_c.values)
    changed[~tissue] = 0.0
    most = max(float(np.take(changed, n, axis).max()) for axis in range(3) for n in (0, -1))
    if most <= _EDGE_K:
        return ()
    if where is not None and where.edge == "insulated":
        raise SimulationError(
            f"the edge of the grid changed by {most:.1f} K, at most {_EDGE_K:g} K is allowed: the "
            f'grid is too small; enlarge it, or say edge = "held" or "mirror"'
        )
    return (f"the edge of the grid, a mirror, changed by {most:.1f} K",)


def _lines(made: Arranged) -> tuple[Line, ...]:
    found = [(probe.name, *probe_room.locate_ends(probe)) for probe in made.probes]
    for body in made.model.bodies:
        if body.rod is not None and body.name.startswith("cold"):
            tip = np.asarray(body.rod.tip_lps_mm)
            hub = tip + body.rod.length_mm * unit(np.asarray(body.rod.axis_lps))
            found.append((body.name, tip, hub))
    return tuple(Line(name, as_vector(tip), as_vector(hub)) for name, tip, hub in found)


def _cites(made: Arranged) -> tuple[str, ...]:
    found = set(made.place.sources)
    for probe in made.probes:
        found |= {zone.source for zone in probe.applicator.zones}
        if probe.applicator.source is not None:
            found.add(probe.applicator.source)
    return tuple(sorted(found))
