"""Irradiation: microspheres carry a beta emitter into the arteries of a tumour.

In:    masses, counts, readings of a survey meter, instants with a time zone.
Out:   activities and doses by compartment, what limits them, which vial serves and when.
Never: images; a dose constant, a shelf window or a tolerance that nobody chose.

``activity`` tells the activity of a vial from what a patient is given; ``territory`` is what an
injection perfuses; ``compartments`` goes from activity to dose and back, ``body_surface`` by the
rule of resin. ``rules`` are the cited limits and goals, ``constraints`` what they allow.
``lung_shunt`` measures what passes the liver, ``residual`` what stayed behind, ``vials`` and
``vial_choice`` keep the calendar.
"""
