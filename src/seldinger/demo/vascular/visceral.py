"""Visceral: arteries of spleen and colon of the built-in patient, for a bleeding that is closed.

Every number is geometry of an invented patient, in the frame of ``courses``: measurements of
nobody, evidence of nothing.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from seldinger.demo.vascular.calibres import Calibre
from seldinger.demo.vascular.courses import Course, Stretch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.core.space import Vector

_HILUM, _GUT = "end of the splenic artery", "end of the superior mesenteric artery"
_ALONG_COLON: tuple[Vector, ...] = (
    (-84.0, 12.0, 10.0), (-84.0, 10.0, 24.0), (-83.0, 4.0, 36.0), (-84.0, 14.0, -4.0),
    (-84.0, 16.0, -16.0), (-84.0, 18.0, -28.0),
)  # fmt: skip
"""Where straight arteries leave the one along the colon: three upwards from the middle, three
downwards."""
CALIBRES: Mapping[str, Calibre] = MappingProxyType(
    {
        "superior splenic artery": Calibre(3.4, 3.0),
        "inferior splenic artery": Calibre(3.6, 3.0),
        **{
            f"{place} splenic artery": Calibre(2.4, 1.8)
            for place in ("superior polar", "superior middle", "inferior middle", "inferior polar")
        },
        "dorsal pancreatic artery": Calibre(2.0, 1.4),
        "great pancreatic artery": Calibre(2.2, 1.5),
        "short gastric artery": Calibre(1.4, 1.0),
        "left gastroepiploic artery": Calibre(2.2, 1.6),
        "right colic artery": Calibre(2.8, 2.4),
        "ileocolic artery": Calibre(3.0, 2.4),
        "marginal artery": Calibre(2.2, 1.9),
        **{f"vas rectum {n}": Calibre(1.5, 1.4) for n in range(1, 7)},
    }
)


def list_splenic_courses() -> tuple[Course, ...]:
    """From the splenic artery to pancreas, stomach and the parts of the spleen."""
    return (
        Course("origin of the dorsal pancreatic artery", (
            Stretch("dorsal pancreatic artery", "end of the dorsal pancreatic artery",
                    ((24.0, -20.0, 132.0), (20.0, -24.0, 108.0))),)),
        Course("origin of the great pancreatic artery", (
            Stretch("great pancreatic artery", "end of the great pancreatic artery",
                    ((54.0, -2.0, 128.0), (58.0, 5.0, 120.0))),)),
        Course(_HILUM, (
            Stretch("superior splenic artery", "fork of the superior splenic artery",
                    ((94.0, 22.0, 160.0),)),
            Stretch("superior polar splenic artery", "end of the superior polar splenic artery",
                    ((104.0, 24.0, 176.0),)),
        )),
        Course("fork of the superior splenic artery", (
            Stretch("superior middle splenic artery", "end of the superior middle splenic artery",
                    ((108.0, 34.0, 156.0),)),)),
        Course("fork of the superior splenic artery", (
            Stretch("short gastric artery", "end of the short gastric artery",
                    ((86.0, 14.0, 172.0), (74.0, 6.0, 182.0))),)),
        Course(_HILUM, (
            Stretch("inferior splenic artery", "fork of the inferior splenic artery",
                    ((95.0, 24.0, 132.0),)),
            Stretch("inferior polar splenic artery", "end of the inferior polar splenic artery",
                    ((104.0, 36.0, 116.0),)),
        )),
        Course("fork of the inferior splenic artery", (
            Stretch("inferior middle splenic artery", "end of the inferior middle splenic artery",
                    ((110.0, 30.0, 136.0),)),)),
        Course("fork of the inferior splenic artery", (
            Stretch("left gastroepiploic artery", "end of the left gastroepiploic artery",
                    ((86.0, 4.0, 112.0), (74.0, -34.0, 96.0))),)),
    )  # fmt: skip


def list_colic_courses() -> tuple[Course, ...]:
    """From the superior mesenteric artery along the ascending colon, and into its wall."""
    fork = "fork of the right colic artery"
    upper, lower = (
        Course(fork, tuple(
            Stretch("marginal artery", f"origin of the vas rectum {n + 1}", (_ALONG_COLON[n],))
            for n in numbers
        ))
        for numbers in ((0, 1, 2), (3, 4, 5))
    )  # fmt: skip
    straight = (
        Course(f"origin of the vas rectum {n + 1}", (
            Stretch(f"vas rectum {n + 1}", f"end of the vas rectum {n + 1}",
                    ((-92.5, y + 1.0, z + 1.0),)),))
        for n, (_, y, z) in enumerate(_ALONG_COLON)
    )  # fmt: skip
    return (
        Course(_GUT, (
            Stretch("right colic artery", fork, ((-44.0, -12.0, 12.0), (-72.0, 4.0, 4.0))),)),
        Course(_GUT, (
            Stretch("ileocolic artery", "end of the ileocolic artery",
                    ((-36.0, -18.0, -10.0), (-62.0, -8.0, -36.0))),)),
        upper, lower, *straight,
    )  # fmt: skip
