"""Dose: what electrons of Y-90 and Ho-166 leave in tissue, from the spectrum to the histogram.

In:    a grid, decays in its voxels over all time, densities, the energy that a decay emits.
Out:   dose in Gy with its books of energy: absorbed, carried out of the grid, radiated.
Never: a patient, a product, a constant of dose; photons are not followed, tissue is water of its
       density.

Three ways to compute it, each with its price: ``convolve.deposit_locally``; ``convolve.convolve``
by the kernel of ``voxel_kernel.build_voxel_kernel`` in uniform tissue, or ``scale_paths`` where
density changes; ``simulate`` follows electrons. The point kernel behind them is data, made by
``python -m seldinger.physics.dose.make_kernel``. ``biology`` and ``histogram`` read the dose,
``exact`` knows what must come out.
"""
