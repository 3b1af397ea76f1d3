"""Heat in words: findings, figures and steps of a tumour that is heated before cement."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.core.volume import Volume
from seldinger.plan.model import Step
from seldinger.plan.treatments.augmentation import tables
from seldinger.plan.treatments.augmentation.electrode import measure_canal_mm
from seldinger.plan.treatments.augmentation.heat import CANAL_LIMIT, ROOT_LIMIT
from seldinger.plan.wording import cite, get_number, quote_fact, state_fact
from seldinger.simulate.cement.published import list_radiofrequency_rows
from seldinger.simulate.effect import Fields, Measure, Option, StructureEffect, Trace
from seldinger.simulate.thermal.bone import CANAL
from seldinger.simulate.thermal.effect import EXTREME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.anatomy.vertebra.model import Vertebra
    from seldinger.plan.treatments.augmentation.heat import Heat, Try
    from seldinger.simulate.effect import Effect

TEMPERATURE = "temperature"
CURVE = "temperature of "
_CORD = "vertebra.tumour.heat.cord"
_NEAR, _FAR = "vertebra.tumour.distance.monitored", "vertebra.tumour.distance.kept"
_EXCEEDED = "vertebra.tumour.heat.exceeded"
_BENCH = (
    "vertebra.tumour.heat.epidural_10", "vertebra.tumour.heat.epidural_20",
    "vertebra.tumour.heat.foramen_10", "vertebra.tumour.heat.foramen_20",
)  # fmt: skip
_OUTCOMES = (
    "vertebra.tumour.rfa.local_failure", "vertebra.tumour.rfa.neural",
    "vertebra.tumour.rfa.adverse", "vertebra.tumour.rfa.recurrence",
)  # fmt: skip
_WHOLE = 0.99
_ROOTS = ("left nerve root", "right nerve root")


def find_about_heat(heat: Heat, vertebra: Vertebra) -> Iterator[Finding]:
    """What heat does to canal, roots and tumour, and how little of it is sure."""
    yield _judge_canal(heat)
    yield from _judge_roots(heat)
    yield _judge_distance(heat, vertebra)
    yield _judge_tumour(heat)
    bench = " ".join(quote_fact(one) for one in _BENCH)
    outcomes = " ".join(state_fact(one) for one in _OUTCOMES)
    text = (
        f"Published temperatures, in dead vertebrae without blood or liquor: {bench} What came of "
        f"it: {outcomes}"
    )
    yield Finding("heat-published", Status.MET, Severity.INFO, text, cite(*_BENCH, *_OUTCOMES))


def explain_without(why: str) -> Finding:
    """Heat was asked for and there is none, in words why."""
    text = f"No heat before cement: {why}; or leave --heat out."
    return Finding("heat-electrode", Status.NOT_MET, Severity.STOP, text)


def _say(one: Try) -> str:
    return f"up to {one.power_w:g} W for {_say_time(one.seconds)}"


def _say_time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120.0 else f"{seconds / 60.0:.1f} min"  # noqa: PLR2004


def _name_hottest(one: Try) -> str:
    assert one.heated is not None  # noqa: S101  asked of what was run
    found = one.heated.hottest_c
    return ", ".join(f"{name} {value:.0f} C" for name, value in found.items())


def _judge_canal(heat: Heat) -> Finding:
    facts = (CANAL_LIMIT, _CORD, _EXCEEDED)
    said = " ".join(state_fact(one) for one in facts)
    usual = f"The electrode's own setting ({_say(heat.usual)}) gives: {_name_hottest(heat.usual)}. "
    if CANAL not in heat.limits_c:
        text = (
            "No canal shows: how warm it becomes is unknown, and nothing here is clear of it. "
            f"{usual}{said}"
        )
        return Finding("heat-canal", Status.UNKNOWN, Severity.STOP, text, cite(*facts))
    limit = heat.limits_c[CANAL]
    if heat.chosen is None:
        text = (
            f"No power that was tried keeps canal and roots below {limit:g} C for long enough to "
            f"be read and stopped in time. {usual}Heat is left out of the steps; do not heat "
            f"here, or place the electrode farther off. {said}"
        )
        return Finding("heat-canal", Status.NOT_MET, Severity.STOP, text, cite(*facts))
    found = heat.hottest_c[CANAL]
    less = "" if heat.chosen is heat.usual else (
        f"{usual}So it is heated less: {_say(heat.chosen)} from the place that was found, the "
        "longest that keeps to the limits in the model. "
    )  # fmt: skip
    text = (
        f"{less}The canal becomes {found.nominal:.1f} C in the model ({found.p05:.1f} to "
        f"{found.p95:.1f} C with other perfusion, conductivity and power), against {limit:g} C. "
        "Put a thermocouple into the canal, stop by it and not by this figure: liquor and veins "
        f"are not in the model, nor is an electrode a millimetre nearer. {said}"
    )
    status = Status.MET if found.p95 <= limit else Status.NOT_MET
    return Finding("heat-canal", status, Severity.ACTION, text, cite(*facts))


def _judge_roots(heat: Heat) -> Iterator[Finding]:
    said = f"{state_fact(ROOT_LIMIT)} The root is not outlined: the foramen below the pedicle is."
    for name in _ROOTS:
        if name not in heat.hottest_c:
            text = (
                f"How warm the {name} becomes is unknown: its pedicle, below which it is looked "
                f"for, does not show. {state_fact(ROOT_LIMIT)}"
            )
            yield Finding(_spell(name), Status.UNKNOWN, Severity.ACTION, text, cite(ROOT_LIMIT))
            continue
        found, limit = heat.hottest_c[name], heat.limits_c[name]
        text = (
            f"The {name} becomes {found.nominal:.1f} C ({found.p05:.1f} to {found.p95:.1f} C), "
            f"against {limit:g} C. {said}"
        )
        status = Status.MET if found.p95 <= limit else Status.NOT_MET
        yield Finding(_spell(name), status, Severity.ACTION, text, cite(ROOT_LIMIT))


def _spell(name: str) -> str:
    return f"heat-{name.replace(' ', '-')}"


def _judge_distance(heat: Heat, vertebra: Vertebra) -> Finding:
    facts = (_NEAR, _FAR)
    said = " ".join(state_fact(one) for one in facts)
    away = measure_canal_mm(vertebra, heat.bone.scene.target, heat.bone.scene.grid)
    if away is None:
        text = f"How far the tumour lies from the canal is unknown. {said}"
        return Finding("heat-distance", Status.UNKNOWN, Severity.ACTION, text, cite(*facts))
    near = away < get_number(_NEAR)
    text = f"The tumour lies {away:.0f} mm from the canal. {said}"
    if near:
        text += " Measure the temperature in the canal while heating."
    status = Status.NOT_MET if near else Status.MET
    return Finding("heat-distance", status, Severity.CAUTION, text, cite(*facts))


def _judge_tumour(heat: Heat) -> Finding:
    killed = heat.killed
    if killed is None:
        text = (
            "Nothing in the images shows where the tumour is: the electrode works at the needle's "
            "tip, and what share of the tumour dies is unknown. Outline it and plan again."
        )
        return Finding("heat-tumour", Status.UNKNOWN, Severity.ACTION, text)
    text = (
        f"{100.0 * killed.nominal:.0f} % of the tumour ({100.0 * killed.p05:.0f} to "
        f"{100.0 * killed.p95:.0f} %) dies in the model"
    )
    if heat.chosen is None:
        text += ", were the electrode's own setting used, which canal or roots do not allow."
        return Finding("heat-tumour", Status.NOT_MET, Severity.ACTION, text)
    if heat.chosen is not heat.usual and heat.usual.heated is not None:
        usual = 100.0 * (heat.usual.heated.killed or 0.0)
        text += (
            f"; the electrode's own setting would kill {usual:.0f} %, at the price of canal or "
            "roots. Ask whether so little is worth the electrode"
        )
    text += ". Heat is against pain here; what is left goes on growing."
    whole = killed.nominal >= _WHOLE
    bound = heat.chosen is not heat.usual
    severity = Severity.ACTION if bound and not whole else Severity.CAUTION
    return Finding("heat-tumour", Status.MET if whole else Status.NOT_MET, severity, text)


def list_measures(heat: Heat) -> tuple[Measure, ...]:
    """The figures, of what is done; of the electrode's own setting where nothing is."""
    taken = heat.chosen or heat.usual
    limit = get_number(CANAL_LIMIT)
    made = [
        Measure("heat-canal-max", "Hottest place of the canal", "Cel", heat.hottest_c.get(CANAL),
                at_most=limit, sources=cite(CANAL_LIMIT, _CORD)),
        *(Measure(f"heat-{name.split()[0]}-root-max", f"Hottest place of the {name}", "Cel",
                  heat.hottest_c.get(name), at_most=get_number(ROOT_LIMIT),
                  sources=cite(ROOT_LIMIT)) for name in _ROOTS),
        Measure("heat-tumour-killed", "Tumour that heat kills", "1", heat.killed),
        Measure("heat-zone", "Volume that heat kills", "mL", heat.told.zone_ml),
        Measure("heat-time", "Time of heating", "s", 0.0 if heat.chosen is None else taken.seconds),
        Measure("heat-power", "Most power of heating", "W",
                0.0 if heat.chosen is None else taken.power_w),
        Measure("heat-power-mean", "Mean power of heating", "W",
                None if heat.chosen is None else heat.told.power_w),
        Measure("heat-canal-usual", "Hottest place of the canal by the electrode's own setting",
                "Cel", _get_usual(heat, CANAL)),
    ]  # fmt: skip
    return tuple(made)


def _get_usual(heat: Heat, name: str) -> float | None:
    assert heat.usual.heated is not None  # noqa: S101  always run
    return heat.usual.heated.hottest_c.get(name)


def list_options(heat: Heat) -> tuple[Option, ...]:
    """Every setting that was tried."""
    made = []
    for one in (heat.usual, *heat.tried):
        done = one.heated
        note = "" if done is not None else (
            f"canal or roots pass their limit within {one.seconds:.0f} s, too soon to stop"
        )  # fmt: skip
        if one is heat.usual and heat.chosen is not heat.usual:
            note = "the electrode's own setting: canal or roots pass their limit"
        figures = (
            Measure(
                "heat-canal-max",
                "Canal",
                "Cel",
                None if done is None else done.hottest_c.get(CANAL),
            ),
            Measure(
                "heat-tumour-killed", "Tumour killed", "1", None if done is None else done.killed
            ),
        )
        back = f", tip {one.seat.back_mm:.0f} mm back" if one.seat.back_mm else ""
        made.append(
            Option("radiofrequency", one.seat.kind.id, 1, f"{_say(one)}{back}", figures,
                   chosen=one is heat.chosen, note=note, on_patient=True)
        )  # fmt: skip
    return tuple(made)


def add_effect(effect: Effect, heat: Heat) -> Effect:
    """The effect of cement with that of the heat before it."""
    structures = tuple(
        _add_structure(one, heat) if one.structure == CANAL else one for one in effect.structures
    )
    roots = tuple(
        StructureEffect(name, (_measure_structure(name, heat),),
                        _measure_structure(name, heat).kept, "thermocouple in the foramen",
                        cite(ROOT_LIMIT))
        for name in _ROOTS if name in heat.hottest_c
    )  # fmt: skip
    scene = heat.bone.scene
    taken = "; ".join(f"{name}: {what}" for name, what in scene.stands_for.items())
    sure = (
        "Heat: spreads are of perfusion, conductivity and power, one at a time; the place of the "
        "electrode, which matters most, is not varied."
    )
    notes = (f"Heat: tissues taken for what is there: {taken}.", sure)
    return replace(
        effect,
        measures=(*list_measures(heat), *effect.measures),
        structures=(*structures, *roots),
        options=(*effect.options, *list_options(heat)),
        notes=(*effect.notes, *notes),
        tables=(*effect.tables, tables.make_table(list_radiofrequency_rows())),
    )


def _measure_structure(name: str, heat: Heat) -> Measure:
    value = heat.hottest_c.get(name)
    limit = CANAL_LIMIT if name == CANAL else ROOT_LIMIT
    return Measure(EXTREME, "hottest place of it", "Cel", value, at_most=get_number(limit),
                   sources=cite(limit))  # fmt: skip


def _add_structure(one: StructureEffect, heat: Heat) -> StructureEffect:
    warm = _measure_structure(one.structure, heat)
    both = (one.kept, warm.kept)
    kept = False if False in both else None if None in both else True
    return replace(
        one, measures=(*one.measures, warm), kept=kept, protection="thermocouple in the canal",
        sources=(*one.sources, *cite(CANAL_LIMIT)),
    )  # fmt: skip


def add_fields(fields: Fields, heat: Heat) -> Fields:
    """Fields of cement with the hottest of each place, and canal and roots over time."""
    done = heat.told
    hot = Volume(done.heated.extreme_c.astype(np.float32), heat.bone.scene.grid, "Cel")
    curves = {
        f"{CURVE}{name}": Trace(done.times_s, curve, "Cel") for name, curve in done.curves_c.items()
    }
    return replace(
        fields,
        volumes={**fields.volumes, TEMPERATURE: hot},
        traces={**fields.traces, **curves},
    )


def list_steps(heat: Heat, needle: int) -> tuple[Step, ...]:
    """Electrode, thermocouple, heat; none where nothing keeps to the limits.

    Args:
        heat: as planned.
        needle: its number in the steps.
    """
    taken = heat.chosen
    if taken is None:
        return ()
    seat = taken.seat
    length = seat.kind.active_mm or 0.0
    back = f", then draw it {seat.back_mm:.0f} mm back" if seat.back_mm else ""
    limit = get_number(CANAL_LIMIT)
    return (
        Step(
            "Electrode",
            f"{seat.kind.name} through needle {needle} to the place of its tip{back}. Draw the "
            f"cannula {length + seat.back_mm:.0f} mm back, so that all {length:g} mm of the active "
            "part are bare and metal touches none of it. Check both planes: all of it in the body.",
        ),
        Step(
            "Thermocouple",
            "Place one at the back wall in the canal, from the foramen or between the laminae, and "
            f"one in the foramen on that side. {state_fact(_NEAR)} The patient is awake enough to "
            "tell of pain in a leg.",
        ),
        Step(
            "Heat",
            f"Heat with {_say(taken)}, no longer. Stop at once at {limit:g} C in canal or foramen, "
            "or at pain in a leg; it goes on warming for a while. "
            f"{state_fact(CANAL_LIMIT)} {state_fact(_EXCEEDED)}",
        ),
        Step(
            "Before the cement",
            "Let it cool, push the cannula back to its place with the stylet in, check both planes "
            "and move the legs.",
        ),
    )
