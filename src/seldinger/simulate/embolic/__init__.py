"""Embolic: particles from a catheter into the arteries of an organ, and what their drug does there.

In:    arteries, what each last branch feeds, beads and a tip; milligrams in beads.
Out:   how many lodge in target, organ and elsewhere, how deep, what is left of the flow; drug in
       beads and released over time, with how long that was watched.
Never: where the tip should be, which beads: ``plan`` decides. What of it kills tumour or reaches
       the blood: no figure tells that.
"""
