"""Caval filter: where it lies, whether it fits by the cava's perimeter, and when it comes out."""
