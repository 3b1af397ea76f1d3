"""Calibres: how wide the arteries of the built-in vascular patient are, and by which fact.

The patient is an invented man. Where a measurement is published, his vessel is that wide; where
none was found, the diameter is ours, an assumption with the range that one may vary it over.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from seldinger.core.record import Assumption

if TYPE_CHECKING:
    from collections.abc import Mapping

_SPREAD = 0.3
_REASON = "no published calibre was at hand; invented to fit the vessels before and behind"


@dataclass(frozen=True, slots=True)
class Calibre:
    """Inner diameter of a vessel without disease.

    Attributes:
        proximal_mm, distal_mm: at its beginning and its end; it tapers evenly in between.
        fact: key of the fact that half their sum equals; None where the diameter is ours.
        distal_fact: key of the fact for the end alone; ``fact`` then tells the beginning.
    """

    proximal_mm: float
    distal_mm: float
    fact: str | None = None
    distal_fact: str | None = None

    @property
    def mean_mm(self) -> float:
        """Half-way along the vessel."""
        return 0.5 * (self.proximal_mm + self.distal_mm)


def _published(proximal_mm: float, distal_mm: float, fact: str) -> Calibre:
    return Calibre(proximal_mm, distal_mm, f"vascular_calibre.{fact}")


CALIBRES: Mapping[str, Calibre] = MappingProxyType(
    {
        "ascending aorta": Calibre(30.0, 28.0),
        "aortic arch": Calibre(27.0, 25.0),
        "descending thoracic aorta": Calibre(24.0, 21.0),
        "abdominal aorta": Calibre(20.0, 17.0),
        "brachiocephalic trunk": Calibre(12.0, 11.0),
        "common carotid artery": _published(6.72, 6.32, "common_carotid.men"),
        "internal carotid artery": _published(5.31, 4.91, "internal_carotid.men"),
        "external carotid artery": Calibre(4.2, 3.4),
        "subclavian artery": _published(6.6, 5.76, "subclavian"),
        "axillary artery": _published(5.34, 4.4, "axillary"),
        "brachial artery": _published(4.14, 3.6, "brachial"),
        "radial artery": _published(3.3, 3.1, "radial.men"),
        "ulnar artery": _published(2.9, 2.5, "ulnar.men"),
        "distal radial artery": Calibre(2.7, 2.5),
        "deep palmar arch": Calibre(2.0, 2.0),
        "palmar digital arteries": Calibre(2.2, 1.8),
        "coeliac trunk": Calibre(7.4, 7.0),
        "left gastric artery": Calibre(3.6, 3.0),
        "splenic artery": Calibre(5.6, 4.6),
        "common hepatic artery": Calibre(4.6, 4.2),
        "proper hepatic artery": Calibre(3.6, 3.4),
        "gastroduodenal artery": Calibre(3.2, 2.8),
        "superior mesenteric artery": Calibre(7.4, 5.0),
        "renal artery": Calibre(6.52, 6.1, "vascular_calibre.renal.men"),
        "inferior mesenteric artery": Calibre(3.8, 3.2),
        "common iliac artery": _published(9.3, 8.7, "common_iliac.ct"),
        "internal iliac artery": Calibre(6.2, 5.0),
        "external iliac artery": _published(7.7, 7.3, "external_iliac.ct"),
        "common femoral artery": _published(7.4, 7.2, "common_femoral.ct"),
        "deep femoral artery": Calibre(5.4, 3.6),
        "superficial femoral artery": Calibre(
            6.11,
            5.3,
            "vascular_calibre.superficial_femoral.proximal",
            "vascular_calibre.superficial_femoral.distal",
        ),
        "popliteal artery": _published(5.0, 4.6, "popliteal.ct"),
        "anterior tibial artery": Calibre(3.4, 2.6),
        "dorsalis pedis artery": Calibre(2.5, 2.1),
        "tibioperoneal trunk": Calibre(3.9, 3.7),
        "posterior tibial artery": Calibre(3.2, 2.4),
        "fibular artery": Calibre(3.1, 2.4),
        "fistula brachial artery": Calibre(5.8, 5.4),
        "fistula radial artery": Calibre(5.0, 4.8),
        "cephalic vein": Calibre(5.6, 7.6),
        "subclavian vein": Calibre(10.0, 11.0),
    }
)
"""By vessel, for either side. "fistula ...": as wide as an artery grows that feeds one."""


def assume_calibres() -> tuple[Assumption, ...]:
    """The diameters without a source, half-way along each vessel."""
    return tuple(
        Assumption(
            f"demo_diameter.{vessel}", wide.mean_mm, "mm", (1.0 - _SPREAD) * wide.mean_mm,
            (1.0 + _SPREAD) * wide.mean_mm, _REASON,
        )
        for vessel, wide in CALIBRES.items()
        if wide.fact is None
    )  # fmt: skip
