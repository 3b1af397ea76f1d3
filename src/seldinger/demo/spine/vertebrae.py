"""Vertebrae: bodies, pedicles, arches and processes of the built-in spine patient, as solids.

Every number is geometry of an invented patient, in the vertebra's own coordinates: measurements of
nobody, evidence of nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.space import as_vector
from seldinger.demo.solids import Carved, Common, Union
from seldinger.demo.spine.levels import (
    LEVELS,
    SIDES,
    find_back_mm,
    find_canal,
    find_isthmus,
    place,
    shape_body,
)
from seldinger.demo.spine.shapes import Bar, BodyShape, Placed

if TYPE_CHECKING:
    from seldinger.demo.solids import Solid
    from seldinger.demo.spine.shapes import Three

SHELL_MM = 0.7
"""Thickness of a body's cortex and endplates."""
ARCH_SHELL_MM = 1.2
"""Thickness of the cortex of pedicles, arch and processes."""
_PEDICLE_HALF_LENGTH_MM = 9.0
_SPINOUS_TIP_Y_MM = 98.5
_VEIN_MM = 11.0
"""Length of the channel of the basivertebral vein."""


@dataclass(frozen=True, slots=True, eq=False)
class Bones:
    """One vertebra.

    Attributes:
        level: "T10" to "L5".
        body: in the vertebra's own coordinates.
        pedicles: the same, by side.
        bone: all of it, LPS.
        marrow: within its cortex, LPS.
        vein: the channel of the basivertebral vein, LPS.
    """

    level: str
    body: BodyShape
    pedicles: dict[str, Bar]
    bone: Union
    marrow: Union
    vein: Solid


@lru_cache(maxsize=16)
def build_vertebra(level: str) -> Bones:
    """One vertebra as it is scanned, broken where it is."""
    body = shape_body(level)
    pedicles = {side: _pedicle(level, side) for side in SIDES}
    arch = [bar for side in SIDES for bar in _half_arch(level, side)]
    arch.append(_spinous_process(level))
    where, canal = place(level), find_canal()

    def put(*solids: Solid, wall_mm: float) -> Union:
        # What is carved part by part is looked at in small boxes.
        cutter = canal.grown(wall_mm)
        return Union(tuple(Carved(Placed(one, where), (cutter,)) for one in solids))

    inner = [bar.grown(-ARCH_SHELL_MM) for bar in (*pedicles.values(), *arch)]
    # The vein's channel opens at the canal; the cortex ends beside it.
    middle = as_vector((0.0, find_back_mm(level) + 0.5, 0.0))
    tip = as_vector((0.0, middle[1] - _VEIN_MM, 0.0))
    vein = Bar(middle, tip, (4.5, 3.0, 1.5), (3.2, 2.4, 1.2))
    return Bones(
        level, body, pedicles,
        bone=put(body, *pedicles.values(), *arch, wall_mm=0.0),
        marrow=put(body.grown(-SHELL_MM), *inner, wall_mm=ARCH_SHELL_MM),
        vein=Placed(Common((vein, body)), where),
    )  # fmt: skip


def find_pedicle_axis(level: str, side: str) -> Three:
    """Unit vector along a pedicle, from the back into the body, in own coordinates."""
    one = LEVELS[level]
    inward, down = np.deg2rad(one.inward_deg), np.deg2rad(one.downward_deg)
    return as_vector(
        (
            -SIDES[side] * np.sin(inward) * np.cos(down),
            -np.cos(inward) * np.cos(down),
            -np.sin(down),
        )
    )


def _pedicle(level: str, side: str) -> Bar:
    """Narrowest in its middle, wider towards body and arch."""
    isthmus, way = np.array(find_isthmus(level, side)), np.array(find_pedicle_axis(level, side))
    reach = _PEDICLE_HALF_LENGTH_MM * way
    width = 0.5 * LEVELS[level].find_pedicle_width(side)
    height = 0.5 * LEVELS[level].pedicle_mm[1]
    across, high = (1.3 * width, width, 1.3 * width), (1.05 * height, height, 1.1 * height)
    return Bar(as_vector(isthmus - reach), as_vector(isthmus + reach), across, high)


def _half_arch(level: str, side: str) -> list[Bar]:
    """Lamina, articular processes and transverse process of one side."""
    sign, back, lumbar = SIDES[side], find_back_mm(level), level.startswith("L")
    one = LEVELS[level]
    aside, _, high = find_isthmus(level, side)
    inner = sign * one.canal_mm[0]
    top = high + 0.5 * one.pedicle_mm[1]
    low = -0.5 * one.back_mm
    behind = back + 0.6 + 2.0 * one.canal_mm[1]
    thick = 4.3 if lumbar else 3.2
    broad = 6.2 if lumbar else 4.6
    # Joints gape by one to two millimetres, for their cartilage.
    front, lower = (back + 12.0, behind + 4.6) if lumbar else (back + 11.5, behind + 5.5)
    upper = Bar(
        (aside, back + 12.5, high), (inner + sign * 6.0, front, top + 5.0),
        (4.8, 5.2, broad), (thick, thick, thick), (0.0, 1.0, 0.0),
    )  # fmt: skip
    pars = Bar(
        (inner + sign * 4.0, back + 13.5, high), (inner + sign * 3.0, lower, low - 6.5),
        (5.0, 4.6, broad), (4.2, 3.5, 3.2), (0.0, 1.0, 0.0),
    )  # fmt: skip
    tall = 9.0 if lumbar else 9.5
    lamina = Bar(
        (inner + sign * 1.5, back + 15.5, -2.5), (0.0, behind + 3.6, -5.5),
        (3.2, 3.0, 3.4), (0.8 * tall, tall, tall),
    )  # fmt: skip
    start = (inner + sign * 5.0, back + 12.0, high - 1.0)
    if lumbar:
        end = (sign * (38.0 if level != "L5" else 41.0), back + 14.0, high + 0.5)
        process = Bar(start, end, (4.0, 2.9, 2.6), (5.5, 4.4, 4.2))
    else:
        end = (sign * (24.0 if level == "T12" else 28.0), back + 21.0, high + 2.0)
        process = Bar(start, end, (4.6, 4.0, 4.4), (5.0, 4.4, 4.6))
    return [upper, pars, lamina, process]


def _spinous_process(level: str) -> Bar:
    """A blade in the loins, a slanting rod in the chest."""
    behind = find_back_mm(level) + 0.6 + 2.0 * LEVELS[level].canal_mm[1] + 3.6
    where = place(level)
    drop, tall = {"T10": (17.0, 5.0), "T11": (12.0, 6.5), "T12": (9.0, 8.0)}.get(level, (3.5, 9.5))
    if level == "L5":
        tall = 7.0
    start = (0.0, behind, -5.5)
    target = where.to_lps((0.0, 0.0, -5.5 - drop))
    tip_y = float(where.to_own((0.0, _SPINOUS_TIP_Y_MM - 3.0, float(target[2])))[1])
    end = (0.0, tip_y, -5.5 - drop)
    return Bar(start, end, (3.6, 2.6, 3.4), (tall, tall, 0.85 * tall))
