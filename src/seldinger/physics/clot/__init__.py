"""Clot: how a clot in a vein dissolves around an infusion catheter, or comes out pass by pass.

In:    radii, lengths, hours, doses, and what a population showed, as numbers.
Out:   shares of the clot that are gone, with their spread; what of a dose is left.
Never: a patient, a catalogue, a medical number of its own, a probability of one patient.

``front`` is the law of one front, ``spread`` fits and tells how fronts differ between people,
``budget`` holds a dose against its limits, ``passes`` takes a clot out piece by piece.
"""
