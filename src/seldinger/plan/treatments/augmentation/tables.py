"""Tables: what cohorts saw, beside what the model says, as rows of words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.anatomy.vertebra.model import Wall
from seldinger.simulate.cement import published
from seldinger.simulate.cement.exits import ExitKind
from seldinger.simulate.cement.leaked import ROOTS
from seldinger.simulate.cement.measures import drop_nothing
from seldinger.simulate.effect import EffectTable

if TYPE_CHECKING:
    from seldinger.anatomy.vertebra.model import Vertebra
    from seldinger.plan.treatments.augmentation.options import AugmentationOptions
    from seldinger.plan.treatments.augmentation.predict import Foretold
    from seldinger.simulate.cement.outcome import CementResult
    from seldinger.simulate.cement.published import CohortTable, PopulationRow

_HEAD = ("What was seen", "In whom", "Source")
_JUNCTION = frozenset({"T11", "T12", "L1", "L2"})
_NOBODY = "Rates of those who were looked at, not this patient's chances."


def list_cohorts(
    vertebra: Vertebra,
    options: AugmentationOptions,
    result: CementResult,
    *,
    balloon: bool,
    tumour: bool,
) -> tuple[EffectTable, ...]:
    """What was published, for this technique, this fracture and this cement.

    Args:
        vertebra: that is treated.
        options: what the user told.
        result: of the model.
        balloon: whether balloons come first.
        tumour: whether one is in it.
    """
    thick = None if options.viscosity_pa_s is not None else options.viscosity == "high"
    cleft = vertebra.cleft is not None
    known = vertebra.breaks is not None
    broken = bool(vertebra.breaks) if known else None
    back = any(one.wall is Wall.BACK for one in vertebra.breaks or ()) if known else None
    told = (
        published.list_height_rows(options.fracture_weeks, kyphoplasty=balloon),
        published.list_leak_rows(
            kyphoplasty=balloon, thick=thick, cleft=cleft, broken=broken, back=back,
            tumour=tumour,
        ),
        published.list_recollapse_rows(
            both_endplates=result.both_endplates, cleft=cleft, junction=vertebra.level in _JUNCTION
        ),
        published.list_heat_rows(),
        published.list_load_rows(),
        published.list_next_fracture_rows(),
    )  # fmt: skip
    return tuple(make_table(one) for one in told if one.rows)


def make_table(told: CohortTable) -> EffectTable:
    """Rows of this patient's group; where no row tells its group, all of them."""
    own = [one for one in told.rows if one.applies]
    rows = own or [one for one in told.rows if one.applies is None]
    left = len(told.rows) - len(rows)
    note = _NOBODY if not told.outside_domain else f"{_capital(told.outside_domain)}. {_NOBODY}"
    if own and left:
        note = (
            f"{note} {left} more of other groups, or of none that is told, are on the facts page."
        )
    return EffectTable(
        _capital(told.title),
        _HEAD,
        tuple(
            (
                _spell(one),
                f"{one.population}{f', {one.horizon}' if one.horizon else ''}",
                one.source,
            )
            for one in rows
        ),
        note=note,
    )


def _spell(row: PopulationRow) -> str:
    said = row.statement
    if row.interval is not None and row.interval_words:
        low, high = row.interval
        unit = {"1": "", "Cel": " degrees Celsius", "deg": " degrees"}.get(row.unit, f" {row.unit}")
        said = f"{said} ({row.interval_words} {low:g} to {high:g}{unit})"
    return said if not row.stamp else f"{said} [{row.stamp}]"


def find_canal_leak_ml(result: CementResult | None) -> float | None:
    """Cement towards the canal; None where it is not known."""
    if result is None or not result.made.breaks_known:
        return None
    volumes = [one.volume_ml for one in result.leaks if one.kind is ExitKind.CANAL]
    if any(one is None for one in volumes):
        return None
    return drop_nothing(sum(one for one in volumes if one is not None))


def find_foramen_leaks_ml(foretold: Foretold) -> dict[str, float] | None:
    """Cement that would lie in each foramen, by its root; None where it is not known.

    Args:
        foretold: by the model.
    """
    if foretold.setting is None or not foretold.result.all_exits_known:
        return None
    made, places = foretold.result.made, foretold.setting.nominal.places
    if not {*ROOTS} <= {*places} or any("pedicle: gaps" in one for one in made.notes):
        return None
    leaked = foretold.setting.nominal.leaked
    return {root: drop_nothing(leaked.sum_region_ml(root)) for root in ROOTS}


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
