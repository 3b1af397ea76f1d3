"""The three real scans by name, and how each becomes an anatomy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger import image
from seldinger.anatomy import build

if TYPE_CHECKING:
    from pathlib import Path

    from seldinger.anatomy import Anatomy


@dataclass(frozen=True)
class Scan:
    """A folder of the data, its key, and how much of its skin lies free."""

    folder: str
    key: str
    open_share: float


LIVER = Scan("liver-ircad17", "labels.json", 0.6)
CHEST = Scan("chest-lidc0001", "labels.csv", 0.5)
ABDOMEN = Scan("abdpelvis-totalseg", "labels.json", 0.5)


def built(data_dir: Path, scan: Scan, *, labels: bool = True) -> Anatomy:
    """The anatomy of one scan, with or without its labels."""
    folder = data_dir / scan.folder
    files = (folder / "labels.nii.gz", folder / scan.key) if labels else (None, None)
    return build(image.load(folder / "ct.nii.gz", *files))
