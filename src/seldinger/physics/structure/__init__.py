"""Structure: what balloons, stents and their drug do to a vessel, as geometry and numbers.

In:    a lumen along its curve, devices as records, rules with their source, spreads as input.
Out:   the changed lumen as a curve with radius, residual narrowing with its spread, drug in a wall.
Never: a patient, a catalogue, a medical number of its own, a probability of one patient.

``balloon_choice`` and ``dilation`` choose and inflate a balloon, ``sizing`` and ``scaffold`` choose
and deploy stents; ``drug_coat`` and ``drug_wall`` follow a drug from the balloon into the wall;
``patency`` and ``restenosis`` hold what trials saw.
"""
