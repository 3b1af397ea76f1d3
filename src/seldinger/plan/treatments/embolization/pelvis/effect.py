"""Effect: what is reached from both sides, where particles come to lie, what cohorts became."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.core.formatting import format_figure
from seldinger.plan.treatments.embolization import tables
from seldinger.plan.treatments.embolization.effect import (
    KIND,
    draw_fields,
    find_depth,
    find_doubt,
    list_reach,
)
from seldinger.simulate.effect import Effect, EffectTable, Measure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.anatomy.model import Lesion
    from seldinger.catalogue.vascular import Microcatheter
    from seldinger.plan.approach.endovascular.model import TerritoryCase
    from seldinger.plan.treatments.embolization.amounts import Amounts
    from seldinger.plan.treatments.embolization.pelvis.forecast import CohortForecast, Forecast
    from seldinger.plan.treatments.embolization.pelvis.material import Particles
    from seldinger.plan.treatments.embolization.pelvis.organs import PelvicOrgan
    from seldinger.plan.treatments.embolization.positions import Positions
    from seldinger.simulate.effect import Fields

_NOTHING = 1e-9
"""A share that is left by rounding."""


def predict_effect(
    case: TerritoryCase,
    organ: PelvicOrgan,
    organ_ml: float,
    forecast: Forecast,
    positions: Positions,
    particles: Particles | None,
    amounts: Amounts,
    catheter: Microcatheter,
) -> tuple[Effect, Fields]:
    """What is expected.

    Args:
        case: with its target.
        organ: that is embolized.
        organ_ml: its volume.
        forecast: of cohorts.
        positions: places of the catheter.
        particles: what is given.
        amounts: where it is.
        catheter: through which.
    """
    # Cohorts follow the largest of several.
    largest = max(one.volume_ml for one in case.target.lesions)
    volumes = dict(zip(organ.followed, (largest, organ_ml), strict=False))
    effect = Effect(
        kind=KIND,
        criterion="reached: tissue nearest to a last branch below a tip, by ways inside the organ",
        model="territories of last branches; particles by flow, each closing the first vessel that "
        "it does not pass",
        measures=(
            *list_reach(case, positions),
            *(Measure(f"{kind}-volume", _name_volume(kind, organ), "mL", ml)
              for kind, ml in volumes.items()),
            *_list_particles(particles, amounts),
        ),
        options=tables.list_options(positions, catheter.id),
        notes=tuple(_list_notes(particles, amounts)),
        outside_domain=find_doubt(case, positions, particles),
        tables=(
            *_list_places(positions, case.target.lesions, amounts),
            _list_cohorts(volumes, {
                kind: forecast.list_rows(kind, ml, case.assumed) for kind, ml in volumes.items()
            }, forecast.note),
        ),
    )  # fmt: skip
    return effect, draw_fields(amounts)


def _name_volume(kind: str, organ: PelvicOrgan) -> str:
    return f"volume of the {kind}" if kind == organ.name else f"volume of the largest {kind}"


def _list_particles(particles: Particles | None, amounts: Amounts) -> tuple[Measure, ...]:
    if particles is None:
        return ()
    shares: tuple[float | None, ...] = (None,) * 4
    if amounts.shares is not None:
        shares = tuple(0.0 if one < _NOTHING else one for one in amounts.shares)
    return (
        Measure("beads-target", "share of particles in what is to shrink", "1", shares[0]),
        Measure("beads-organ", "share of particles in the organ beside it", "1", shares[1]),
        Measure("beads-elsewhere", "share of particles elsewhere", "1", shares[2]),
        Measure("beads-lung", "share of particles in the lung", "1", shares[3]),
        Measure("beads-loaded", "particles on the table", "1",
                None if amounts.beads is None else float(amounts.beads)),
        Measure("beads-given", "particles given until flow stands, one to a vessel", "1",
                None if amounts.first_stasis is None else float(amounts.first_stasis)),
        Measure("bead-depth", "calibre that half of them pass", "um", find_depth(amounts)),
        Measure("suspension", "suspension on the table", "mL", particles.suspension_ml),
    )  # fmt: skip


def _list_notes(particles: Particles | None, amounts: Amounts) -> Iterator[str]:
    yield "No loss of volume and no relief of this patient is predicted: the bands are of cohorts."
    if particles is None or amounts.shares is None:
        return
    yield (
        "The blood of normal tissue is taken as that of a resting liver, for want of a figure of "
        "the pelvis: shares depend on its ratio to that of what is to shrink alone "
        "(embolization_tumour_flow)."
    )
    if not particles.is_sphere:
        yield (
            "Particles that clump are followed by an effective size around the printed one "
            "(clump_factor, clump_log_spread); none is kept from a vessel by its printed size."
        )
    given = amounts.first_stasis
    if given is None or amounts.beads is None:
        return
    if given < amounts.beads:
        yield (
            f"Flow stands here after {given} particles, of {amounts.beads} on the table, since "
            "each closes its vessel. In an artery they lie in columns and leave gaps, so that many "
            "more go in: the end is what the angiogram shows."
        )
    else:
        yield f"All {given} particles are given before flow stands: another vial may be needed."


def _list_places(
    positions: Positions, lesions: tuple[Lesion, ...], amounts: Amounts
) -> Iterator[EffectTable]:
    """Each place; and where there are several lesions, what of each is reached from it."""
    chosen = positions.chosen
    if chosen is None:
        return
    yield tables.list_places(positions, lesions[0], amounts)
    if len(lesions) == 1:
        return
    rows = []
    for lesion in lesions:
        shares = [given.share(lesion.mask)[1] for given in positions.injections]
        rows.append((
            lesion.label, f"{lesion.volume_ml:.0f} mL",
            *(f"{100.0 * one:.0f} %" for one in shares), f"{100.0 * min(1.0, sum(shares)):.0f} %",
        ))  # fmt: skip
    yield EffectTable(
        title="What of each is reached, and from where",
        head=("Lesion", "Volume", *positions.names, "All"),
        rows=tuple(rows), note="By the nearest traced branch; vessels that join territories are "
        "not known.",
    )  # fmt: skip


def _list_cohorts(
    volumes: dict[str, float], found: dict[str, CohortForecast], note: str
) -> EffectTable:
    """Cohorts side by side, by months."""
    rows = []
    for kind, one in found.items():
        for row in one.rows:
            low, high = (format_figure(volumes[kind] * x) for x in (row.left.p05, row.left.p95))
            rows.append((
                kind, row.cohort, f"{row.months:g} months",
                f"{100.0 * row.left.nominal:.0f} %",
                f"{100.0 * row.left.p05:.0f} to {100.0 * row.left.p95:.0f} %",
                f"{low} to {high} of {format_figure(volumes[kind])} mL",
            ))  # fmt: skip
    facts = dict.fromkeys(row.remark for one in found.values() for row in one.rows)
    withheld = [text for one in found.values() for text in one.withheld]
    told = " ".join((note, *(f"{text[0].upper()}{text[1:]}." for text in facts),
                     *(f"Withheld: {text}." for text in withheld)))  # fmt: skip
    return EffectTable(
        title="What was left of the volume in cohorts",
        head=("Of", "Cohort", "After", "Left", "90 % of patients", "Here that would be"),
        rows=tuple(rows), note=told,
    )  # fmt: skip
