"""Bodies made of ellipsoids and tubes, cut into slices and cast into radiographs.

Coordinates are the patient's, in millimetres (DICOM PS3.3 C.7.6.2.1.1): x grows to the left, y to the back, z to the
head. Intensities follow the modality: Hounsfield units for CT, arbitrary units for MR, water-equivalent millimetres for
radiographs.

The arithmetic gives the same bits on every machine: numpy's element-wise `+ - * /`, `sqrt` and comparisons, which
IEEE 754 defines exactly, and integers; no `exp`, no trigonometry on arrays, no sums whose order depends on the CPU,
and no `sum` of floats, which Python 3.12 made more exact.
"""
