"""One de-identifier on one folder, in the environment of `requirements-bench.in`: `python deid_peers.py NAME SOURCE TARGET`.

Prints the seconds that the cleaning took by the clock and by the processor, reading and writing included, imports not.
"""

from __future__ import annotations

import shutil
import sys
import time
import warnings
from pathlib import Path
from typing import Any

warnings.simplefilter("ignore")


def _each(source: Path, target: Path, change: Any) -> None:
    import pydicom

    for path in sorted(source.rglob("*.dcm")):
        dataset = pydicom.dcmread(path)
        change(dataset)
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        dataset.save_as(place)


def dicognito(source: Path, target: Path) -> Any:
    from dicognito.anonymizer import Anonymizer

    one = Anonymizer(seed="bench")
    return lambda: _each(source, target, one.anonymize)


def dicom_anonymizer(source: Path, target: Path) -> Any:
    from dicomanonymizer.simpledicomanonymizer import anonymize_dataset

    return lambda: _each(source, target, anonymize_dataset)


def deid(source: Path, target: Path) -> Any:
    from deid.config import DeidRecipe
    from deid.dicom import get_files, replace_identifiers

    def run() -> None:
        target.mkdir(parents=True, exist_ok=True)
        flat = target.with_name(target.name + "-in")
        flat.mkdir()
        for number, path in enumerate(sorted(source.rglob("*.dcm"))):
            shutil.copy(path, flat / f"{number:06}.dcm")
        files = list(get_files(str(flat)))
        replace_identifiers(
            files, deid=DeidRecipe(), save=True, output_folder=str(target), strip_sequences=True, remove_private=True
        )
        shutil.rmtree(flat)

    return run


def script(source: Path, target: Path) -> Any:
    """What a trainee writes on the first day."""

    def change(dataset: Any) -> None:
        dataset.PatientName = "ANONYMOUS"
        dataset.PatientID = "ANON"
        dataset.PatientBirthDate = ""
        for word in (
            "PatientAddress",
            "PatientTelephoneNumbers",
            "InstitutionName",
            "ReferringPhysicianName",
            "OtherPatientIDs",
        ):
            if word in dataset:
                delattr(dataset, word)
        dataset.remove_private_tags()
        dataset.PatientIdentityRemoved = "YES"

    return lambda: _each(source, target, change)


PEERS = {"dicognito": dicognito, "dicom-anonymizer": dicom_anonymizer, "deid": deid, "script": script}

if __name__ == "__main__":
    work = PEERS[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
    began, spent = time.perf_counter(), time.process_time()
    work()
    print(f"{time.perf_counter() - began:.3f} {time.process_time() - spent:.3f}")
