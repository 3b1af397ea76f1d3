"""Clot removal: a clot in a deep vein is dissolved around a catheter, or taken out pass by pass."""
