"""The three real scans by name, and how each becomes an anatomy."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from seldinger import image
from seldinger.anatomy import build
from seldinger.plan.approach.percutaneous.spine.approach import survey_vertebra

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from seldinger.anatomy import Anatomy


_T = TypeVar("_T")


@dataclass(frozen=True)
class Scan:
    """A folder of the data, its key, and how much of its skin lies free."""

    folder: str
    key: str
    open_share: float


LIVER = Scan("liver-ircad17", "labels.json", 0.6)
CHEST = Scan("chest-lidc0001", "labels.csv", 0.5)
ABDOMEN = Scan("abdpelvis-totalseg", "labels.json", 0.5)


class Scans:
    """What was made of one scan at a time: all together would take 3 GB."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._scan: Scan | None = None
        self._kept: dict[str, Any] = {}

    def keep(self, scan: Scan, name: str, make: Callable[[], _T]) -> _T:
        """What is called so of a scan, made once; of the scan before nothing is kept."""
        if self._scan != scan:
            self._scan, self._kept = scan, {}
            survey_vertebra.cache_clear()  # it keeps whole studies
        if name not in self._kept:
            self._kept[name] = make()
        kept: _T = self._kept[name]
        return kept

    def build(self, scan: Scan, *, labels: bool = True) -> Anatomy:
        """The anatomy of a scan, with or without its labels."""
        folder = self._data_dir / scan.folder
        files = (folder / "labels.nii.gz", folder / scan.key)
        study = self.keep(scan, "study", lambda: image.load(folder / "ct.nii.gz", *files))
        if labels:
            return self.keep(scan, "labelled", lambda: build(study))
        return self.keep(
            scan,
            "bare",
            lambda: build(replace(study, labels=None, label_inputs=(), label_notes=())),
        )
