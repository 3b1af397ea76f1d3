"""Emitters: Y-90 and Ho-166 by their beta branches and conversion electrons.

Weaker than one electron in ten thousand decays is left out, as are Auger electrons (3 keV a decay
of Ho-166), photons (Ho-166: 30 keV a decay, which travels far) and the 32 positrons in a million
decays of Y-90.
"""

from __future__ import annotations

from seldinger.physics.dose.spectrum import BetaBranch, ElectronLine, Emitter

Y90 = Emitter(
    "y90",
    40,
    90,
    (
        BetaBranch(2.2787, 0.99983, "unique first forbidden"),
        BetaBranch(0.5180, 0.00017, "unique first forbidden"),
    ),
    (),
    "end points and yields: DDEP/LNHB evaluation of Y-90 (2006, 2015)",
)

HO166 = Emitter(
    "ho166",
    68,
    166,
    (
        BetaBranch(1.8549, 0.499991, "allowed"),
        BetaBranch(1.7743, 0.486992, "unique first forbidden"),
        BetaBranch(0.3950, 0.00949984, "allowed"),
        BetaBranch(0.1924, 0.00306995, "allowed"),
        BetaBranch(0.0245, 0.000361994, "allowed"),
    ),
    (
        ElectronLine(0.0230, 0.109997),
        ElectronLine(0.0708578, 0.0106912),
        ElectronLine(0.0712992, 0.126958),
        ElectronLine(0.0722266, 0.130918),
        ElectronLine(0.0787778, 0.0656942),
        ElectronLine(0.080574, 0.0172814),
    ),
    "yields and conversion electrons: ICRP Publication 107; end points: its decay energy less the"
    " levels of Er-166",
)

EMITTERS = {emitter.name: emitter for emitter in (Y90, HO166)}
