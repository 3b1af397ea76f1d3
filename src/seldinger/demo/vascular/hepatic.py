"""Hepatic: the arteries within the liver of the built-in patient, for what is given into them.

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

_HILUM = "end of the proper hepatic artery"
CALIBRES: Mapping[str, Calibre] = MappingProxyType(
    {
        "right hepatic artery": Calibre(3.2, 2.8),
        "right anterior hepatic artery": Calibre(2.5, 2.3),
        "right posterior hepatic artery": Calibre(2.4, 2.2),
        "left hepatic artery": Calibre(2.6, 2.3),
        "left lateral hepatic artery": Calibre(2.1, 2.0),
        "cystic artery": Calibre(1.4, 1.2),
        **{f"segment {n} artery": Calibre(2.0, 1.4) for n in range(2, 9)},
    }
)


def list_hepatic_courses() -> tuple[Course, ...]:
    """From the end of the proper hepatic artery to the segments, parents before branches."""
    return (
        Course(_HILUM, (
            Stretch("right hepatic artery", "origin of the cystic artery",
                    ((-54.0, -16.0, 160.0),)),
            Stretch("right hepatic artery", "fork of the right hepatic artery",
                    ((-66.0, -8.0, 156.0),)),
            Stretch("right anterior hepatic artery", "fork of the right anterior hepatic artery",
                    ((-80.0, -22.0, 162.0),)),
            Stretch("segment 8 artery", "end of the segment 8 artery",
                    ((-82.0, -34.0, 184.0), (-76.0, -36.0, 204.0))),
        )),
        Course("fork of the right anterior hepatic artery", (
            Stretch("segment 5 artery", "end of the segment 5 artery",
                    ((-88.0, -32.0, 148.0), (-94.0, -32.0, 118.0))),)),
        Course("fork of the right hepatic artery", (
            Stretch("right posterior hepatic artery", "fork of the right posterior hepatic artery",
                    ((-86.0, 10.0, 154.0),)),
            Stretch("segment 7 artery", "end of the segment 7 artery",
                    ((-98.0, 20.0, 172.0), (-100.0, 22.0, 196.0))),
        )),
        Course("fork of the right posterior hepatic artery", (
            Stretch("segment 6 artery", "end of the segment 6 artery",
                    ((-100.0, 18.0, 138.0), (-112.0, 20.0, 112.0))),)),
        Course("origin of the cystic artery", (
            Stretch("cystic artery", "end of the cystic artery",
                    ((-56.0, -30.0, 140.0), (-62.0, -40.0, 114.0))),)),
        Course(_HILUM, (
            Stretch("left hepatic artery", "fork of the left hepatic artery",
                    ((-30.0, -34.0, 162.0), (-18.0, -42.0, 160.0))),
            Stretch("segment 4 artery", "end of the segment 4 artery",
                    ((-18.0, -52.0, 150.0), (-22.0, -54.0, 140.0))),
        )),
        Course("fork of the left hepatic artery", (
            Stretch("left lateral hepatic artery", "fork of the left lateral hepatic artery",
                    ((6.0, -46.0, 166.0),)),
            Stretch("segment 2 artery", "end of the segment 2 artery",
                    ((28.0, -34.0, 176.0), (52.0, -32.0, 182.0))),
        )),
        Course("fork of the left lateral hepatic artery", (
            Stretch("segment 3 artery", "end of the segment 3 artery",
                    ((26.0, -54.0, 160.0), (44.0, -56.0, 152.0))),)),
    )  # fmt: skip
