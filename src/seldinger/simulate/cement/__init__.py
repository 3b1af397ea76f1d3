"""Cement: a vertebra and needles become how cement fills it, where it leaves, and what it bears.

In:    a ``Vertebra``, needles, what is asked of the cement, perhaps balloons.
Out:   fill and leak by exit over time with their spread, stiffness before and after, what that
       does to the load on the bodies beside it, and what published cohorts saw.
Never: a verdict, a patient's probability, height gained by mechanics, heat by a model, load by
       posture.

``bed`` makes the vertebra a bed of pores with ``exits``, ``cavity`` what a balloon leaves of it,
``inject`` gives cement into it, ``spread`` does so several times, ``stiffness`` loads the body with
the laws of ``bone_laws``, ``sharing`` loads it in a ``segment`` with its neighbours, ``published``
holds the cohorts; ``measures`` hands all over to a plan.
"""
