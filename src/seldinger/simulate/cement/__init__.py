"""Cement: a vertebra and needles become how cement fills it, where it leaves, and what it bears.

In:    a ``Vertebra``, needles, what is asked of the cement, perhaps balloons.
Out:   fill and leak by exit over time with their spread, how warm it makes canal, roots and discs
       while it sets, stiffness before and after, what that does to the load on the bodies beside
       it, and what published cohorts saw.
Never: a verdict, a patient's probability, height gained by mechanics, load by posture.

``bed`` makes the vertebra a bed of pores with ``exits`` and ``pedicle_walls``, ``cavity`` what a
balloon leaves of it, ``inject`` gives cement into it, ``spread`` does so several times; ``leaked``
draws what left, ``setting`` lets all of it set with the heat of ``setting_heat`` on the lattice of
``setting_scene``, ``setting_spread`` several times; ``stiffness`` loads the body with the laws of
``bone_laws``, ``sharing`` loads it in a ``segment`` with its neighbours, ``published`` holds the
cohorts; ``measures`` hands all over to a plan.
"""
