"""Three of the benchmark networks of Boileau 2015, as openBF ships them: inflow, walls, ends.

Inflow in mL/s at 100 even times of a period, the last being the first again.
"""

from __future__ import annotations

from seldinger.physics.flow.boundaries import FlowBoundary, Waveform, WindkesselBoundary
from seldinger.physics.flow.wave_network import ElasticNetwork, ElasticVessel

PERIOD_S = 1.1
PA_S_PER_M3 = 133.322387415e6
"""What one mmHg s/mL is."""

ILIAC_INFLOW = """
    -0.523949 -1.81004 -4.10675 -6.30716 -7.45332 -7.30972 -6.19751 -4.41294 -1.86578 1.76527
    6.62508 12.521 19.2057 26.7702 35.6293 45.9877 57.2742 68.1372 77.0732 83.1655 86.3613
    87.1836 86.2311 83.8728 80.2698 75.5549 69.9117 63.4778 56.2607 48.2899 39.8939 31.6853
    24.0849 16.8593 9.3328 1.22146 -6.81053 -13.5818 -18.3864 -21.4329 -23.2987 -24.1669
    -23.7952 -22.1428 -19.7473 -17.3425 -15.2223 -13.131 -10.7498 -8.15178 -5.74889 -3.90422
    -2.68629 -1.95285 -1.55798 -1.42811 -1.49173 -1.63385 -1.78593 -2.05151 -2.66386 -3.73955
    -5.07624 -6.2698 -7.07106 -7.57574 -8.01475 -8.41987 -8.60021 -8.42997 -8.02294 -7.5661
    -7.09828 -6.56899 -6.0376 -5.64325 -5.3752 -5.05661 -4.65231 -4.44796 -4.74823 -5.44803
    -6.08793 -6.35514 -6.3535 -6.2995 -6.13329 -5.62809 -4.80495 -3.99291 -3.42582 -2.98843
    -2.50203 -2.09773 -2.05304 -2.27445 -2.22051 -1.53146 -0.637384 -0.523949
"""

CAROTID_INFLOW = """
    4.52227 4.45915 4.27021 4.04705 3.86485 3.7959 3.92112 4.30605 4.9908 5.9738 7.1776 8.47919
    9.78968 11.035 12.0705 12.745 13.0755 13.2272 13.3003 13.2669 13.1305 12.9794 12.8443
    12.6529 12.3677 12.0362 11.6773 11.2464 10.7395 10.2172 9.71239 9.21197 8.72772 8.29195
    7.89385 7.49905 7.11302 6.76225 6.44778 6.17337 5.97785 5.89113 5.89856 5.97718 6.11584
    6.27888 6.40481 6.45786 6.4367 6.33755 6.16053 5.9418 5.72981 5.54278 5.38374 5.26624
    5.18878 5.11814 5.02844 4.92322 4.805 4.6677 4.52922 4.42562 4.36836 4.34672 4.36087 4.40904
    4.46049 4.48377 4.48026 4.45923 4.41505 4.35708 4.31968 4.31848 4.33789 4.37098 4.42202
    4.469 4.47869 4.45422 4.41878 4.37274 4.31712 4.28566 4.30107 4.33809 4.37206 4.41085
    4.44305 4.42519 4.35633 4.28974 4.24561 4.20149 4.18577 4.26842 4.42618 4.52227
"""

THORACIC_INFLOW = """
    1.2979 19.9236 60.5141 125.158 212.3516 297.3352 363.4232 409.966 440.9986 465.1479 482.7838
    496.2868 506.0855 509.1582 507.4368 501.074 491.8918 476.8796 457.4016 438.6276 419.6083
    400.3248 371.8911 337.4005 303.8807 268.0263 236.73 206.8729 181.3641 155.244 119.1734
    87.8087 28.0297 -43.7018 -43.7827 -11.4611 -3.4368 -1.2991 -2.0949 -2.1158 -0.9862 -2.1796
    -1.0286 -1.5742 -1.4199 -1.1124 -1.5286 -0.6756 -1.0903 -0.2954 -0.0777 -0.2558 0.3744
    -0.3454 -0.0637 -0.3898 -0.7084 -0.3733 -0.7496 -0.3347 0.0008 0.3081 0.8725 0.7594 1.4594
    1.0831 0.8276 0.6764 0.0313 -0.0113 -0.8153 -1.236 -1.6653 -2.0456 -1.6667 -1.6825 -1.0429
    -0.6034 -0.2375 0.0908 -0.2593 0.0244 -0.1545 -0.229 -0.2766 -0.9384 -1.3482 -2.412 -3.1903
    -3.875 -4.4893 -4.632 -5.0316 -4.7092 -4.5613 -4.1573 -3.3377 -2.2977 -1.5026 1.2979
"""
THORACIC_PERIOD_S = 0.955


def inflow(table: str, period_s: float = PERIOD_S) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Values and times of one of the tables."""
    values = tuple(float(word) for word in table.split())
    last = len(values) - 1
    return values, tuple(period_s * n / last for n in range(len(values)))


def bed(name: str, node: str, numbers: tuple[float, float, float]) -> WindkesselBoundary:
    """R1, Cc and R2 in SI."""
    first, soft, second = numbers
    return WindkesselBoundary(
        name, node, first / PA_S_PER_M3, soft * PA_S_PER_M3, second / PA_S_PER_M3, 0.0
    )


def carotid() -> ElasticNetwork:
    """A straight elastic tube of 126 mm."""
    drive = FlowBoundary("in", "a", Waveform(*inflow(CAROTID_INFLOW)))
    out = bed("out", "b", (2.4875e8, 1.7529e-10, 1.8697e9))
    return ElasticNetwork(
        (ElasticVessel("carotid", "a", "b", 126.0, (2.6485,), (0.24,), 700.0),), (drive, out)
    )


def iliac() -> ElasticNetwork:
    """An aorta of 86 mm and two iliac arteries, with blunt profiles."""
    drive = FlowBoundary("in", "a", Waveform(*inflow(ILIAC_INFLOW)))
    wall = (85.0, (5.492,), (0.68,), 700.0, 0.0, 9.0)
    ends = (6.8123e7, 3.6664e-10, 3.1013e9)
    return ElasticNetwork(
        (
            ElasticVessel("parent", "a", "b", 86.0, (7.581,), (0.9,), 500.0, profile=9.0),
            ElasticVessel("one", "b", "c", *wall),
            ElasticVessel("two", "b", "d", *wall),
        ),
        (drive, bed("x", "c", ends), bed("y", "d", ends)),
    )


def thoracic() -> ElasticNetwork:
    """The upper thoracic aorta, a straight tube of 241 mm with a blunt profile."""
    wave = Waveform(*inflow(THORACIC_INFLOW, THORACIC_PERIOD_S))
    aorta = ElasticVessel("aorta", "a", "b", 241.37, (9.87,), (0.82,), 400.0, profile=9.0)
    out = bed("out", "b", (1.1752e7, 1.0163e-8, 1.1167e8))
    return ElasticNetwork((aorta,), (FlowBoundary("in", "a", wave), out))
