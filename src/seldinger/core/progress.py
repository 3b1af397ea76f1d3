"""Progress: how long work tells where it is, and learns that it should stop."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Called by long work between its parts.

    Implementations may raise ``seldinger.core.errors.Cancelled`` to stop it; nothing is
    half-written
    then, because only ``report`` writes.
    """

    def __call__(self, what: str, fraction: float) -> None:
        """Say that ``what`` is being done and ``fraction`` (0 to 1) of the whole is behind us."""


def silent(what: str, fraction: float) -> None:
    """Progress for scripts and tests: says nothing."""
    del what, fraction


def scale_progress(progress: Progress, start: float, end: float, prefix: str = "") -> Progress:
    """``progress`` for work that is only the stretch from ``start`` to ``end`` of the whole.

    ``prefix`` stands before what the work says of itself.
    """

    def tell(what: str, fraction: float) -> None:
        progress(f"{prefix}{what}", start + (end - start) * fraction)

    return tell
