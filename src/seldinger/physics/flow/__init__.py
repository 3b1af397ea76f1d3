"""Flow: blood through a network of vessels, lumped (0-D) or as waves in elastic tubes (1-D).

In:    a ``network.Network``: vessels with resistance, compliance and inertance, and boundaries.
Out:   pressure and flow at both ends of every vessel: steady, marched in time, or periodic.
Never: a patient, an image, a number of medicine.

``elements`` makes a vessel of its geometry, ``beds`` what lies beyond the last vessel, ``zerod``
reads and writes the JSON of svZeroDSolver, ``circuit.assemble`` makes arrays of a network and
``solve`` solves them; ``validity`` says where a lumped model is not to be believed.

``wave_network`` is the same of elastic vessels, ``wave.march_waves`` sends waves through it, and
``transport`` carries contrast or drug along either solution.
"""
