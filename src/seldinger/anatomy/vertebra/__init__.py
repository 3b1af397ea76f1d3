"""Vertebra: the label of one level becomes body, pedicles, canal, heights and what is broken.

In:    a study with labels that name the levels.
Out:   ``Vertebra``, on a lattice of its own.
Never: a needle, cement, a verdict.
"""
