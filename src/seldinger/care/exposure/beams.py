"""Beams: irradiations of a report as the beams of ``physics.skin_dose``, on the table's own frame.

DICOM names the table's directions after the C-arm: "longitudinal" grows towards the patient's left,
"lateral" towards the head, height downwards. Where along the table the patient lies is nobody's to
know, so places along it are counted from the middle of what was irradiated.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.care.exposure.summary import CM2_PER_M2, LARGEST_AREA_CM2, SMALLEST_AREA_CM2
from seldinger.physics.skin_dose import Beam, source_and_axis

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from seldinger.care.exposure.assumed import Machine
    from seldinger.image.dose_report import XRayEvent

REFERENCE_TO_ISOCENTRE_MM = 150.0
"""The interventional reference point: 15 cm from the isocentre towards the source."""

_STANDARD_POINT = "113860"
_STEP_DEG = 5.0
_LEVEL_DEG = 5.0
_MM2_PER_M2 = 1.0e6
_TURNED = {"left lateral", "right lateral"}
_NEAREST_MM, _FARTHEST_MM = 400.0, 2000.0
"""A C-arm's source is no nearer to and no farther from its isocentre."""
_TRAVEL_MM = 4000.0
_TURN_DEG = 400.0
"""Beyond these a number is no table's and no C-arm's."""


@dataclass(frozen=True, slots=True)
class PlacedBeam:
    """One irradiation whose beam is known.

    Attributes:
        kerma_gy: at the reference point.
        table_mm: (x, z) of the table, and its height as told.
        start_deg, end_deg: primary and secondary angle.
        source_isocentre_mm, reference_mm: from the source.
        detector_mm: from the source; None where the field does not need it.
        event: what it was made of.
    """

    kerma_gy: float
    table_mm: tuple[float, float, float]
    start_deg: tuple[float, float]
    end_deg: tuple[float, float]
    source_isocentre_mm: float
    reference_mm: float
    event: XRayEvent


def isocentre_distance_mm(event: XRayEvent) -> float | None:
    """From the source to the isocentre; None where the report tells none that a C-arm has."""
    told = event.source_isocentre_mm
    return told if told is not None and _NEAREST_MM <= told <= _FARTHEST_MM else None


def reference_distance_mm(event: XRayEvent) -> float | None:
    """From the source to the reference point; None where the report does not tell."""
    direct, isocentre = event.source_reference_mm, isocentre_distance_mm(event)
    if direct is not None and 0.0 < direct <= _FARTHEST_MM:
        return direct
    told = event.reference_point.replace(" ", "").casefold()
    standard = told == _STANDARD_POINT or told.startswith("15cmbelowbeamiso")
    standard = standard or told.startswith("15cmfromiso")
    if isocentre is None or not standard:
        return None
    return isocentre - REFERENCE_TO_ISOCENTRE_MM


def place_beams(
    events: Sequence[XRayEvent], machine: Machine | None
) -> tuple[tuple[PlacedBeam, ...], tuple[str, ...]]:
    """Irradiations whose beam is known, and why the others' is not."""
    known: list[PlacedBeam] = []
    lacking: dict[str, int] = {}
    for event in events:
        if not event.kerma_gy:
            continue
        why = _lacks(event, machine)
        if why:
            lacking[why] = lacking.get(why, 0) + 1
            continue
        known.append(_placed(event, machine))
    return tuple(known), tuple(f"{count} irradiation(s): {why}" for why, count in lacking.items())


def _lacks(event: XRayEvent, machine: Machine | None) -> str:  # noqa: PLR0911  one answer per lack
    """What is missing for a beam; empty where nothing is."""
    table = event.table
    if machine is None:
        return "how this machine counts its table's height is not known"
    height = table.height_mm if machine.height == "down" else table.height_above_floor_mm
    if height is None or table.longitudinal_mm is None or table.lateral_mm is None:
        return "the table's position is not told"
    if max(abs(height), abs(table.longitudinal_mm), abs(table.lateral_mm)) > _TRAVEL_MM:
        return "the table's position is no table's"
    if event.primary_deg is None or event.secondary_deg is None:
        return "the beam's angles are not told"
    ends = (event.primary_end_deg or 0.0, event.secondary_end_deg or 0.0)
    if max(abs(a) for a in (event.primary_deg, event.secondary_deg, *ends)) > _TURN_DEG:
        return "the beam's angles are no C-arm's"
    if isocentre_distance_mm(event) is None or reference_distance_mm(event) is None:
        return "the distance from source to isocentre or reference point is not told"
    if event.position in _TURNED:
        return "the patient lies on a side"
    turned = (table.head_tilt_deg, table.rotation_deg, table.cradle_deg)
    if any(abs(angle) > _LEVEL_DEG for angle in turned if angle is not None):
        return "the table is turned or tilted"
    if field_tangents(event, {}) is None:
        return "the field's size is not told"
    return ""


def _placed(event: XRayEvent, machine: Machine | None) -> PlacedBeam:
    table = event.table
    down = machine is None or machine.height == "down"
    height = table.height_mm if down else table.height_above_floor_mm
    start = (event.primary_deg or 0.0, event.secondary_deg or 0.0)
    ends = (event.primary_end_deg, event.secondary_end_deg)
    return PlacedBeam(
        kerma_gy=event.kerma_gy or 0.0,
        table_mm=(table.longitudinal_mm or 0.0, table.lateral_mm or 0.0, height or 0.0),
        start_deg=start,
        end_deg=(
            start[0] if ends[0] is None else ends[0],
            start[1] if ends[1] is None else ends[1],
        ),
        source_isocentre_mm=event.source_isocentre_mm or 0.0,
        reference_mm=reference_distance_mm(event) or 0.0,
        event=event,
    )


def field_tangents(
    event: XRayEvent, chosen: Mapping[str, float]
) -> tuple[float, float, float, float] | None:
    """Tangents of the field's edges seen from the source; None where nothing tells them.

    A collimated area stands at the detector, shutters in a plane that is assumed; without either
    the field is a square of kerma-area product over kerma, at the reference point.

    Args:
        event: what was irradiated.
        chosen: "shutter_plane_mm".
    """
    detector = event.source_detector_mm
    if event.field_area_m2 and detector:
        return _square(event.field_area_m2, detector)
    if event.field_width_mm and event.field_height_mm and detector:
        across, along = (
            0.5 * event.field_width_mm / detector,
            0.5 * event.field_height_mm / detector,
        )
        return -across, across, -along, along
    s = event.shutters
    if s is not None and s.left_mm + s.right_mm > 0.0 and s.top_mm + s.bottom_mm > 0.0:
        away = chosen.get("shutter_plane_mm", 1000.0)
        return -s.left_mm / away, s.right_mm / away, -s.bottom_mm / away, s.top_mm / away
    reference = reference_distance_mm(event)
    if reference and event.kerma_gy and event.pka_gy_m2:
        area = event.pka_gy_m2 / event.kerma_gy
        if SMALLEST_AREA_CM2 <= area * CM2_PER_M2 <= LARGEST_AREA_CM2:
            return _square(area, reference)
    return None


def _square(area_m2: float, away_mm: float) -> tuple[float, float, float, float]:
    half = 0.5 * math.sqrt(area_m2 * _MM2_PER_M2) / away_mm
    return -half, half, -half, half


def middle_mm(placed_beams: Sequence[PlacedBeam]) -> float:
    """Where along the table most of the kerma fell: the zero of z."""
    kerma = np.array([p.kerma_gy for p in placed_beams])
    return float(np.average([p.table_mm[1] for p in placed_beams], weights=kerma))


def reach_mm(found: Sequence[PlacedBeam]) -> float:
    """How far along the table beams were spread."""
    along = [p.table_mm[1] for p in found]
    return max(along) - min(along)


def make_beams(
    placed_beams: Sequence[PlacedBeam], machine: Machine, chosen: Mapping[str, float]
) -> tuple[Beam, ...]:
    """The beams, in the frame of the table's top.

    Args:
        placed_beams: irradiations.
        machine: how their table is counted.
        chosen: "table_zero_mm" and "shutter_plane_mm".
    """
    along = middle_mm(placed_beams)
    beams: list[Beam] = []
    for beam in placed_beams:
        zero = chosen["table_zero_mm"]
        below = beam.table_mm[2] - zero if machine.height == "down" else zero - beam.table_mm[2]
        table = np.array([beam.table_mm[0], below, beam.table_mm[1] - along])
        field = field_tangents(beam.event, chosen)
        if field is None:
            continue
        turns = _turns(beam)
        for primary, secondary in turns:
            source, axis, across = source_and_axis(primary, secondary, beam.source_isocentre_mm)
            beams.append(
                Beam(
                    kerma_gy=beam.kerma_gy / len(turns),
                    source_mm=_vector(source - table),
                    axis=_vector(axis),
                    across=_vector(across),
                    reference_mm=beam.reference_mm,
                    field=field,
                )
            )
    return tuple(beams)


def _turns(beam: PlacedBeam) -> list[tuple[float, float]]:
    """Angles of a rotation in small steps; one of a beam that stands."""
    turned = max(abs(e - s) for s, e in zip(beam.start_deg, beam.end_deg, strict=True))
    count = max(math.ceil(turned / _STEP_DEG), 1)
    shares = [(n + 0.5) / count for n in range(count)] if count > 1 else [0.0]
    return [
        (
            beam.start_deg[0] + share * (beam.end_deg[0] - beam.start_deg[0]),
            beam.start_deg[1] + share * (beam.end_deg[1] - beam.start_deg[1]),
        )
        for share in shares
    ]


def _vector(
    values: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> tuple[float, float, float]:
    x, y, z = (float(v) for v in values)
    return x, y, z
