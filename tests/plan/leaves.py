"""A plug-in that leaves the program when it is imported."""

raise SystemExit(3)
