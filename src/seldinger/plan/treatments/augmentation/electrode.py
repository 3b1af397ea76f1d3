"""Electrode: which goes through the cannula to the tumour, and where on its line it works."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger import catalogue
from seldinger.catalogue.applicators import applicators
from seldinger.catalogue.spine import BoneCannula
from seldinger.core.space import as_vector, unit
from seldinger.plan.treatments.ablation.modalities.radiofrequency import RADIOFREQUENCY
from seldinger.plan.treatments.augmentation.amounts import BORE
from seldinger.simulate.thermal.bone import measure_to_line_mm

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from seldinger.anatomy.vertebra.model import Vertebra
    from seldinger.catalogue.applicators import Applicator
    from seldinger.core.space import Grid, Points, Vector
    from seldinger.core.volume import Mask
    from seldinger.plan.treatments.augmentation.needles import Pedicled

_STEP_MM = 1.0
"""Between places of the tip that are looked at."""


@dataclass(frozen=True, slots=True)
class Seat:
    """An electrode in a cannula.

    Attributes:
        number: of the needle it goes through, from 0.
        kind: of the electrode.
        tip_lps_mm: of the electrode.
        axis_lps: unit, from its tip to the skin.
        back_mm: its tip stays behind the place that is planned for the cannula's tip.
        in_body: whether all of its active part lies in the body.
        tumour_mm: mean distance of the tumour from the active part; None: it is not outlined.
    """

    number: int
    kind: Applicator
    tip_lps_mm: Vector
    axis_lps: Vector
    back_mm: float
    in_body: bool
    tumour_mm: float | None = None

    def push_deepest(self) -> Seat:
        """The same electrode with its tip where the cannula's was planned."""
        tip = np.asarray(self.tip_lps_mm) - self.back_mm * np.asarray(self.axis_lps)
        return replace(self, tip_lps_mm=as_vector(tip), back_mm=0.0)

    @property
    def end_lps_mm(self) -> Vector:
        """Where the active part ends, towards the skin."""
        length = self.kind.active_mm or 0.0
        return as_vector(np.asarray(self.tip_lps_mm) + length * np.asarray(self.axis_lps))


def list_fitting(
    cannula: BoneCannula, assumed: Mapping[str, float]
) -> tuple[tuple[Applicator, ...], str]:
    """Electrodes that go through a cannula and reach beyond it; in words why there is none.

    Args:
        cannula: it is drawn back by as much as the active part is long.
        assumed: edits of assumptions by name.
    """
    bore_mm = cannula.inner_diameter_mm or BORE.get_value(assumed) * cannula.outer_diameter_mm
    known = [
        one for one in applicators("radiofrequency") if not RADIOFREQUENCY.why_unusable(one)
    ]  # fmt: skip
    thin = [one for one in known if one.diameter_mm < bore_mm]
    if not thin:
        least = min(one.diameter_mm for one in known)
        return (), (
            f"no electrode of the catalogue goes through {cannula.name}: its bore is "
            f"{bore_mm:.2f} mm, the thinnest electrode {least:.2f} mm. Take a wider cannula"
        )
    fit = tuple(o for o in thin if o.usable_mm >= cannula.usable_mm + (o.active_mm or 0.0))
    if not fit:
        most = max(one.usable_mm - (one.active_mm or 0.0) for one in thin)
        return (), (
            f"no electrode of the catalogue reaches beyond {cannula.name} ({cannula.usable_mm:g} "
            f"mm): they do through one of {most:g} mm. Take a shorter cannula where it reaches"
        )
    return fit, ""


def choose_seat(
    vertebra: Vertebra,
    tumour: Mask | None,
    taken: Sequence[Pedicled],
    assumed: Mapping[str, float],
) -> Seat | str:
    """The needle nearest to the tumour, and the electrode there; in words why there is none.

    Args:
        vertebra: that is treated.
        tumour: (a, b, c) bool on its grid; None: not outlined, and the tip stays at the cannula's.
        taken: needles with their ways.
        assumed: edits of assumptions by name.
    """
    points = None if tumour is None else vertebra.grid.to_lps(np.argwhere(tumour))
    seats, why = [], "no needle has a way"
    for number, one in enumerate(taken):
        cannula = catalogue.device(one.device)
        assert isinstance(cannula, BoneCannula)  # noqa: S101  others are refused
        kinds, blocked = list_fitting(cannula, assumed)
        why = blocked or why
        if kinds and one.way is not None:
            path = one.way.path
            seats.append(
                _seat(vertebra, points, number, kinds, path.target_lps_mm, path.entry_lps_mm)
            )
    if not seats:
        return why
    return min(seats, key=lambda s: (0.0 if s.tumour_mm is None else s.tumour_mm, s.number))


def _seat(
    vertebra: Vertebra,
    points: Points | None,
    number: int,
    kinds: Sequence[Applicator],
    tip_lps_mm: Vector,
    entry_lps_mm: Vector,
) -> Seat:
    """Along the cannula's line, never deeper: nothing beyond it was looked at."""
    tip, axis = np.asarray(tip_lps_mm), unit(np.subtract(entry_lps_mm, tip_lps_mm))
    line = (as_vector(tip), as_vector(axis))
    made = [
        _sit(vertebra, points, Seat(number, kind, *line, back_mm=0.0, in_body=True), back)
        for kind in kinds
        for back in np.arange(0.0, 0.5 * (kind.active_mm or 0.0) + _STEP_MM, _STEP_MM)
    ]
    # The active part as long as the tumour along the line; the shorter of two.
    wanted = 0.0 if points is None else float(np.ptp((points - tip) @ axis))

    def worth(one: Seat) -> tuple[bool, float, float, float, float, str]:
        length = one.kind.active_mm or 0.0
        # Out of the body it lies in the pedicle, between canal and root.
        stays = (not one.in_body, 0.0 if one.in_body else length + one.back_mm)
        fit = (abs(length - wanted), length, one.tumour_mm or one.back_mm)
        return (*stays, *fit, one.kind.id)

    return min(made, key=worth)


def _sit(vertebra: Vertebra, points: Points | None, seat: Seat, back_mm: float) -> Seat:
    """A seat whose tip lies farther back."""
    tip = np.asarray(seat.tip_lps_mm) + back_mm * np.asarray(seat.axis_lps)
    made = replace(seat, tip_lps_mm=as_vector(tip), back_mm=float(back_mm))
    steps = np.arange(0.0, (seat.kind.active_mm or 0.0) + 0.1, _STEP_MM)
    in_body = bool(_is_within(vertebra, tip + steps[:, None] * np.asarray(seat.axis_lps)).all())
    away = None
    if points is not None:
        away = float(measure_to_line_mm(points, made.tip_lps_mm, made.end_lps_mm).mean())
    return replace(made, in_body=in_body, tumour_mm=away)


def _is_within(vertebra: Vertebra, points: Points) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    index = np.rint(vertebra.grid.to_index(points)).astype(int)
    held = ((index >= 0) & (index < vertebra.grid.shape)).all(axis=1)
    found = np.zeros(len(points), np.bool_)
    found[held] = vertebra.body[tuple(index[held].T)]
    return found


def measure_canal_mm(vertebra: Vertebra, mask: Mask, grid: Grid) -> float | None:
    """Least distance from a mask, on its own grid, to the canal; None where either is not known."""
    if vertebra.canal is None or not mask.any():
        return None
    canal = vertebra.grid.to_lps(np.argwhere(vertebra.canal))
    away, _ = scipy.spatial.cKDTree(canal).query(grid.to_lps(np.argwhere(mask)))
    # Between the centres of two cells that touch lies half of each.
    between = 0.5 * (grid.spacing_mm[0] + vertebra.grid.spacing_mm[0])
    return max(0.0, float(away.min()) - between)
