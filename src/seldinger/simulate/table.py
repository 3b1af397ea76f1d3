"""Table: whether a probe's settings lie within what was published for its device."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seldinger.catalogue.applicators import Applicator

_SLACK = 1e-6


def list_beyond(device: Applicator, power_w: float | None, seconds: float) -> tuple[str, ...]:
    """What of a setting lies outside the device's table, in words; none: it lies within.

    Args:
        device: whose table.
        power_w: highest power asked for; none for cold.
        seconds: time at work, pauses left out.
    """
    powers = [zone.power_w for zone in device.zones if zone.power_w is not None]
    times = [zone.seconds for zone in device.zones if zone.seconds is not None]
    found = []
    if power_w is not None and powers and not _within(power_w, powers):
        found.append(f"power_w {power_w:g}: {_span(powers, 'W')}")
    if power_w is not None and device.max_power_w is not None and power_w > device.max_power_w:
        found.append(f"power_w {power_w:g}: the device gives at most {device.max_power_w:g} W")
    if times and not _within(seconds, times):
        found.append(f"{seconds:g} s at work: {_span(times, 's')}")
    return tuple(found)


def list_untold(device: Applicator, power_w: float | None, probes: int) -> tuple[str, ...]:
    """What the table cannot say about a setting of so many ``probes``, in words."""
    found = []
    if power_w is not None and all(zone.power_w is None for zone in device.zones):
        found.append(f"{device.id}: its table tells no power; {power_w:g} W cannot be checked")
    if all(zone.seconds is None for zone in device.zones):
        found.append(f"{device.id}: its table tells no time; it cannot be checked")
    counts = sorted({zone.probes for zone in device.zones})
    if probes not in counts:
        told = ", ".join(map(str, counts))
        found.append(f"{device.id}: its table is of {told} at once, not of {probes}")
    return tuple(found)


def _within(value: float, published: list[float]) -> bool:
    return min(published) - _SLACK <= value <= max(published) + _SLACK


def _span(published: list[float], unit: str) -> str:
    low, high = min(published), max(published)
    if low == high:
        return f"published for {low:g} {unit} only"
    return f"published from {low:g} to {high:g} {unit}"
