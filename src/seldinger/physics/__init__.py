"""Physics: engines that know grids, trees and numbers, never patients; model + state + step.

In:    numbers with units in their names.      Out: numbers with units in their names.
Never: medicine, files, screens.
"""
