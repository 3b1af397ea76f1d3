"""Dose: from microspheres in a patient to absorbed dose, and to what a scanner shows of them."""
