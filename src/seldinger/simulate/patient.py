"""Patient: files become the heat scene around a target, by the rooms in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.core.errors import SimulationError

if TYPE_CHECKING:
    from seldinger.core.progress import Progress
    from seldinger.image.study import Study
    from seldinger.simulate.layout_place import PatientSection
    from seldinger.simulate.thermal.scene import HeatScene


def load_scene(
    section: PatientSection, held_mm: float, progress: Progress
) -> tuple[HeatScene, Study]:
    """The part of the patient that the section asks for, and the study it came from.

    Args:
        section: which files, where, how fine.
        held_mm: vessels from this diameter hold the temperature of blood.
        progress: told what is being done.

    Raises:
        SimulationError: the target lies in a lung and nothing says how the lung is.
        SeldingerError: the files cannot be read or become no anatomy.
    """
    from seldinger import anatomy as anatomies
    from seldinger import image
    from seldinger.anatomy import targets
    from seldinger.simulate.thermal import scene

    progress("reading", 0.0)
    study = image.load(section.ct, section.labels, section.label_key, section.series)
    anatomy = anatomies.build(study, vocabulary=section.vocabulary)
    target = targets.choose_requested(
        anatomy, section.target, section.centre_lps_mm, section.diameter_mm
    )
    if section.lung is None and "lung" in (target.organ or ""):
        raise SimulationError(
            f"{target.label} lies in the {target.organ}: say how the lung is under [patient] lung; "
            f"choose one of {', '.join(scene.LUNG_STATES)}"
        )
    grid = scene.make_grid(target.centre_lps_mm, section.half_mm, section.spacing_mm)
    progress("tissues", 0.5)
    lung = section.lung or scene.LUNG_STATES[0]  # read only where there is a lung
    return scene.build_scene(anatomy, target, grid, held_mm, lung), study
