"""What every percutaneous treatment does and says alike: first steps, aim in words, clearance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seldinger import catalogue, evidence
from seldinger.catalogue.kinds import KINDS
from seldinger.core.errors import PlanError
from seldinger.core.finding import Finding
from seldinger.core.space import unit
from seldinger.core.verdict import Severity, Status
from seldinger.image.study import PatientPosition
from seldinger.plan.approach.percutaneous.candidates import UP
from seldinger.plan.model import DeviceUse, Step
from seldinger.plan.wording import cite, state_fact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.catalogue import Device
    from seldinger.catalogue.shelf import DeviceT
    from seldinger.plan.model import Guidance, Path

_FLAT_DEG = 1.0
"""Angles are set by hand: less than this is not worth a word."""

_LEVEL_DEG = 90.0
"""A needle further than this from the vertical points upwards."""


def use(device: Device, role: str, settings: Mapping[str, str | float] | None = None) -> DeviceUse:
    """A device of the catalogue in its role, with its ``settings`` as a plan prints them."""
    return DeviceUse(device.id, device.name, role, dict(settings or {}))


def choose_long_enough(devices: tuple[DeviceT, ...], needed_mm: float) -> tuple[DeviceT, ...]:
    """Devices that reach ``needed_mm``, shortest first; the longest one when none does."""
    ordered = sorted(devices, key=lambda d: (d.usable_mm, d.id))
    reaching = tuple(d for d in ordered if d.usable_mm >= needed_mm)
    return reaching or tuple(ordered[-1:])


def list_of_size(kind: type[DeviceT], size: str) -> tuple[DeviceT, ...]:
    """Catalogue devices of one kind and size, as "18 G" or "12 F".

    Raises:
        PlanError: there is none; the sizes there are, are named.
    """
    known = catalogue.devices(kind)
    fitting = tuple(d for d in known if d.size == size)
    if not fitting:
        sizes = ", ".join(sorted({d.size for d in known}))
        (word,) = (word for word, one in KINDS.items() if one is kind)
        raise PlanError(f"the catalogue has no {word} of {size}; there are: {sizes}")
    return fitting


def describe_aim(path: Path) -> str:
    """The needle's direction in words for the CT room, with the patient lying as planned."""
    needle = unit(np.asarray(path.target_lps_mm) - np.asarray(path.entry_lps_mm))
    pole = "head" if needle[2] > 0.0 else "feet"
    up = np.asarray(UP[PatientPosition(path.patient_position)])
    across = 1 if up[0] else 0
    sides = (("patient's left", "patient's right"), ("back", "front"))[across]
    side = sides[0] if needle[across] > 0.0 else sides[1]
    turn = float(np.degrees(np.arctan2(abs(needle[across]), -needle @ up)))
    flat = "vertical"
    if turn > 2.0 * _LEVEL_DEG - _FLAT_DEG:
        flat = "vertical, from below"
    elif turn > _LEVEL_DEG + _FLAT_DEG:
        rises = turn - _LEVEL_DEG
        flat = f"tip towards the {side}, rising {rises:.0f} degrees from the horizontal"
    elif turn >= _FLAT_DEG:
        flat = f"{turn:.0f} degrees from the vertical, tip towards the {side}"
    if path.tilt_deg < _FLAT_DEG:
        return f"{flat}, in the axial plane"
    return f"{flat}, tip tilted {path.tilt_deg:.0f} degrees towards the {pole}"


def place(path: Path) -> str:
    """The entry by the letters on the pictures: "R 174, A 128, S 301"; no minus to be missed."""
    letters = zip(("LR", "PA", "SI"), path.entry_lps_mm, strict=True)
    return ", ".join(f"{pair[value < 0.0]} {abs(value):.0f}" for pair, value in letters)


def build_opening(path: Path, guidance: Guidance) -> tuple[Step, ...]:
    """Position, scan, entry, anaesthesia: the same for every needle."""
    again = " It was not scanned: plan again on the new scan." if path.provisional else ""
    look = (
        "Look with ultrasound first. If lesion or path is not seen, change to CT on the same path."
        if guidance.modality == "ultrasound"
        else "Scan the region with a grid on the skin."
    )
    return (
        Step(
            "Position",
            f"Lay the patient {path.patient_position}. Agree on one breath-hold. {look}{again}",
        ),
        Step(
            "Entry",
            f"Mark the entry ({place(path)} mm in the scan). Check on the new images that "
            "nothing has moved into the path.",
        ),
        Step(
            "Time-out and anaesthesia",
            "Confirm name, side, consent, clearance and allergies. Disinfect, drape, numb the "
            f"skin and the path. Direction: {describe_aim(path)}.",
        ),
    )


def describe_bleeding_class(*fact_ids: str) -> Finding:
    """In which class authorities put it; whether the patient is ready, the plan's gate says."""
    text = " ".join(state_fact(i) for i in fact_ids)
    return Finding("bleeding-class", Status.MET, Severity.INFO, text, cite(*fact_ids))


def describe_rate(fact_id: str) -> str:
    """A rate with the people it was seen in, said to be no one's own risk."""
    fact = evidence.fact(fact_id)
    return (
        f"{state_fact(fact_id)} Seen in: {fact.population}; a rate of that population, not this "
        "patient's risk."
    )
