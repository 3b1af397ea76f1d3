"""Spine: needles through a pedicle into the body of a vertebra.

In:    a level's name, its ``Vertebra``, an instrument.
Out:   corridors through bone, and the straight ways from the skin that keep to them.
Never: cement, a balloon, which of the ways is taken.
"""
