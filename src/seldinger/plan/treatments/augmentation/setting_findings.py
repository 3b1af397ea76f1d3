"""Setting in words: how warm canal, roots and discs become while cement hardens, against limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.plan.treatments.augmentation.heat import CANAL_LIMIT, ROOT_LIMIT
from seldinger.plan.wording import cite, get_number, state_fact
from seldinger.simulate.cement.setting import CEMENT
from seldinger.simulate.cement.setting_heat import CONVERSION, MOLAR_EMULSION, MOLAR_HEAT
from seldinger.simulate.cement.setting_scene import DISC_ABOVE, DISC_BELOW
from seldinger.simulate.effect import EffectTable, Measure
from seldinger.simulate.thermal.bone import CANAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.core.quantity import Spread
    from seldinger.simulate.cement.setting import Warmed
    from seldinger.simulate.cement.setting_spread import SettingSpread

_CORD = "vertebra.tumour.heat.cord"
_FACT = "vertebra.mechanics.cement.heat."
_BENCH = (f"{_FACT}canal", f"{_FACT}canal_2012", f"{_FACT}pig.back", f"{_FACT}pig.back_leak")
_ROOTS = ("left nerve root", "right nerve root")
_WHY = (MOLAR_HEAT, MOLAR_EMULSION, CONVERSION)
_ORDER = (CANAL, *_ROOTS, DISC_ABOVE, DISC_BELOW, CEMENT)
_NOT_IN_IT = (
    "Liquor and veins that flow, and cement colder than the body at first, are not in the model: "
    "all three cool. Where leaked cement lies is not known: it is drawn as a lump before its exit."
)
_NEARNESS = (
    "How near the tips lie to the back wall decides: with tips a few millimetres before it the "
    "model, too, comes to the hottest canal of the first bench. Cement that runs to the wall in "
    "fingers finer than a voxel would warm the canal more."
)
_MOST_MIN = 1e4


def find_about_setting(
    setting: SettingSpread | None, why: str, *, doubt: str, beside: bool
) -> Iterator[Finding]:
    """How warm canal and roots become.

    Args:
        setting: by the model; None: it could not be computed.
        why: not, in words.
        doubt: why nothing can be said of cement on the way to the canal; empty: nothing speaks
            against it.
        beside: whether it is known what cement comes to lie in the foramina.
    """
    yield _judge_canal(setting, why, doubt)
    yield from _judge_roots(setting, beside=beside)


def _judge_canal(setting: SettingSpread | None, why: str, doubt: str) -> Finding:
    facts: tuple[str, ...] = (CANAL_LIMIT, _CORD, *_BENCH)
    said = " ".join(state_fact(one) for one in facts)
    if setting is None or CANAL not in setting.peaks_c:
        reason = why if setting is None else "no canal shows"
        text = f"How warm the canal becomes while cement sets is not known: {reason}. {said}"
        return Finding("setting-canal", Status.UNKNOWN, Severity.ACTION, text, cite(*facts))
    limit, found = get_number(CANAL_LIMIT), setting.peaks_c[CANAL]
    hottest = max(found.nominal, found.p95)
    text = _tell(setting, CANAL, "canal", limit)
    leaked = setting.nominal.leaked.sum_region_ml(CANAL)
    if leaked > 0.0:
        text += f" {leaked:.2f} mL of it lie in the canal and warm it from inside."
    text = f"{text} {_NOT_IN_IT}"
    facts = (*facts, *_WHY)
    if hottest > limit:
        text = f"{text} Give less, keep the tip off the back wall, or wait between parts. {said}"
        return Finding("setting-canal", Status.NOT_MET, Severity.ACTION, text, cite(*facts))
    unknown = list(_list_unknown(setting, doubt))
    if unknown:
        text = (
            f"How warm the canal becomes while cement sets is not known: {'; '.join(unknown)}. "
            f"Without such cement: {text} {said}"
        )
        return Finding("setting-canal", Status.UNKNOWN, Severity.ACTION, text, cite(*facts))
    text = f"{text} {said} {_NEARNESS}"
    return Finding("setting-canal", Status.MET, Severity.ACTION, text, cite(*facts))


def _list_unknown(setting: SettingSpread, doubt: str) -> Iterator[str]:
    """Why cement may lie in the canal that is not in the model."""
    if doubt:
        yield doubt
    yield from (one for one in setting.nominal.leaked.notes if "not known" in one)


def _tell(setting: SettingSpread, place: str, name: str, limit: float) -> str:
    found, warmed = setting.peaks_c[place], setting.nominal.places[place]
    text = (
        f"While cement sets the {name} becomes {found.nominal:.1f} C in the model "
        f"({found.p05:.1f} to {found.p95:.1f} C in {setting.runs} runs with other viscosity, "
        f"veins, tips, heat, bone and blood), against {limit:g} C"
    )
    if warmed.above_43_s > 0.0:
        text += f"; above 43 C for {warmed.above_43_s:.0f} s, above 50 C for "
        text += f"{warmed.above_50_s:.0f} s"
    return f"{text}."


def _judge_roots(setting: SettingSpread | None, *, beside: bool) -> Iterator[Finding]:
    limit = get_number(ROOT_LIMIT)
    for name in _ROOTS:
        key = f"setting-{name.replace(' ', '-')}"
        if setting is None or name not in setting.peaks_c:
            text = (
                f"How warm the {name} becomes while cement sets is not known. "
                f"{state_fact(ROOT_LIMIT)}"
            )
            yield Finding(key, Status.UNKNOWN, Severity.CAUTION, text, cite(ROOT_LIMIT))
            continue
        found = setting.peaks_c[name]
        status = Status.MET if max(found.nominal, found.p95) <= limit else Status.NOT_MET
        severity = Severity.CAUTION if status is Status.MET else Severity.ACTION
        text = (
            f"{_tell(setting, name, name, limit)} The root is not outlined: the foramen is. "
            f"{state_fact(ROOT_LIMIT)}"
        )
        if status is Status.MET and not beside:
            # What may lie in the foramen would warm it from inside.
            status = Status.UNKNOWN
            text = (
                f"How warm the {name} becomes while cement sets is not known: whether cement comes "
                f"to lie in its foramen is not. Without such cement: {text}"
            )
        yield Finding(key, status, severity, text, cite(ROOT_LIMIT))


def _list_hidden(setting: SettingSpread, doubt: str, *, beside: bool) -> set[str]:
    """Places where cement may lie that is not in the model: no figure speaks for them."""
    hidden = set() if beside else {*_ROOTS}
    return {*hidden, CANAL} if any(_list_unknown(setting, doubt)) else hidden


def list_measures(
    setting: SettingSpread | None, *, doubt: str, beside: bool
) -> tuple[Measure, ...]:
    """The figures of all places.

    Args:
        setting: by the model; None: none.
        doubt: as ``find_about_setting`` has it.
        beside: likewise.
    """
    if setting is None:
        return ()
    hidden = _list_hidden(setting, doubt, beside=beside)
    made = []
    for name in _ORDER:
        if name not in setting.peaks_c and name not in {CANAL, *_ROOTS}:
            continue
        value = None if name in hidden else setting.peaks_c.get(name)
        limit = {CANAL: CANAL_LIMIT, **dict.fromkeys(_ROOTS, ROOT_LIMIT)}.get(name)
        made.append(
            Measure(
                f"setting-{_spell(name)}", f"Hottest place while cement sets: {name}", "Cel",
                value, at_most=None if limit is None else get_number(limit),
                sources=() if limit is None else cite(limit),
            )
        )  # fmt: skip
    if CANAL not in hidden and CANAL in setting.nominal.places:
        warmed = setting.nominal.places[CANAL]
        made += [
            Measure("setting-canal-above-43", "Canal above 43 C", "s", warmed.above_43_s),
            Measure("setting-canal-above-50", "Canal above 50 C", "s", warmed.above_50_s),
            Measure(
                "setting-canal-cem43", "Canal, equivalent at 43 C", "min", warmed.cem43_min
            ),
        ]  # fmt: skip
    return tuple(made)


def _spell(name: str) -> str:
    return {CANAL: "canal", CEMENT: "cement"}.get(name, name.replace(" ", "-"))


def make_table(
    setting: SettingSpread | None, *, doubt: str, beside: bool
) -> tuple[EffectTable, ...]:
    """Places, one a row; nothing without a model.

    Args:
        setting: by the model; None: none.
        doubt: as ``find_about_setting`` has it.
        beside: likewise.
    """
    if setting is None:
        return ()
    hidden = _list_hidden(setting, doubt, beside=beside)
    rows = []
    for name in _ORDER:
        if name not in setting.peaks_c:
            continue
        if name in hidden:
            rows.append((name, "not known", "not known", "not known", "not known"))
            continue
        rows.append((name, *_say(setting.nominal.places[name], setting.peaks_c[name])))
    heat = setting.nominal.heat
    note = (
        f"By the model: {heat.j_per_ml:.0f} J from a mL ({heat.low_j_per_ml:.0f} to "
        f"{heat.high_j_per_ml:.0f}), set free within {heat.release_s:.0f} s. {_NOT_IN_IT}"
    )
    head = ("While cement sets", "Hottest", "Above 43 C", "Above 50 C", "At 43 C, equivalent")
    return (EffectTable("Warmth of setting cement", head, tuple(rows), note=note),)


def _say(warmed: Warmed, found: Spread) -> tuple[str, str, str, str]:
    most = warmed.cem43_min
    minutes = f"over {_MOST_MIN:.0f} min" if most > _MOST_MIN else f"{most:.1f} min"
    return (
        f"{found.nominal:.1f} C ({found.p05:.1f} to {found.p95:.1f})",
        f"{warmed.above_43_s:.0f} s", f"{warmed.above_50_s:.0f} s", minutes,
    )  # fmt: skip
