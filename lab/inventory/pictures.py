"""Personal data burned into pixels: the pictures of a file, its icons and overlays, frame by frame."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels.utils import pixel_array

from lab.inventory.finding import Box, Finding, Place, Reason, Region
from lab.inventory.likeness import search_regions
from lab.inventory.people import KnownPeople
from lab.inventory.raw import Opened
from lab.inventory.reader import read_picture
from lab.inventory.text import Hit, Near
from synthetic_data import Kind

PIXEL_DATA = "(7FE0,0010)"
MOST_PIXELS = 100_000_000
"""The largest frame that is decoded, in samples."""
MOST_FRAMES = 9
"""So many frames of a loop are read, evenly spread, the first and the last among them."""
ICON = "(0088,0200)[0](7FE0,0010)"
_BESIDE = 6


def sampled(frames: int, most: int = MOST_FRAMES) -> list[int]:
    """Which frames of a loop are read, counted from 1."""
    if frames <= 3:
        return list(range(1, frames + 1))
    count = min(most, 3 + frames // 20)
    return sorted({1 + round(step * (frames - 1) / (count - 1)) for step in range(count)})


def search_pixels(opened: Opened, known: KnownPeople, near: Near, troubles: list[str]) -> Iterator[Finding]:
    """The findings in the pixels of a file, its icon and its overlays. What cannot be decoded goes to `troubles`."""
    source, dataset = opened.source, opened.dataset
    if dataset.get("Rows") and dataset.get("Columns"):
        try:
            yield from _in_frames(source, dataset, known, near, troubles)
        except Exception as error:  # decoders raise whatever broken streams make them
            troubles.append(f"{PIXEL_DATA}: {type(error).__name__}: {error}"[:200])
    for search in (_in_icon, _in_overlays):
        try:
            yield from search(dataset, known, near, troubles)
        except Exception as error:  # as above
            troubles.append(f"{search.__name__.strip('_')}: {type(error).__name__}: {error}"[:200])


def _in_frames(
    source: Path | bytes, dataset: Dataset, known: KnownPeople, near: Near, troubles: list[str]
) -> Iterator[Finding]:
    samples = int(dataset.Rows) * int(dataset.Columns) * int(dataset.get("SamplesPerPixel", 1))
    if samples > MOST_PIXELS:
        troubles.append(f"{PIXEL_DATA}: a frame of {samples} samples is more than is read")
        return
    if not _has_pixels(source, dataset):
        return
    frames = max(1, int(dataset.get("NumberOfFrames") or 1))
    read: dict[int, list[Region]] = {}
    for frame in sampled(frames):
        read[frame] = read_picture(frame_of(source, frame, frames))
    several = frames > 1
    for region, pages in merged(read):
        for _, hit in search_regions([region], known, near):
            yield _finding(Place.PIXELS, hit, region, PIXEL_DATA, pages if several else None)
    for frame, regions in read.items():
        for region, hit in search_regions(regions, known, near):
            if hit.kind is Kind.SEX and hit.reason is Reason.LABELLED:
                yield _finding(Place.PIXELS, hit, region, PIXEL_DATA, (frame, frame) if several else None)


def _has_pixels(source: Path | bytes, dataset: Dataset) -> bool:
    """Whether there are as many bytes as an uncompressed frame needs; a decoder must not be asked otherwise."""
    bits = int(dataset.get("BitsAllocated") or 8)
    syntax = getattr(dataset.file_meta, "TransferSyntaxUID", None)
    if syntax is not None and syntax.is_compressed:
        return True
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    return size * 8 >= int(dataset.Rows) * int(dataset.Columns) * bits


def frame_of(source: Path | bytes, frame: int, frames: int) -> NDArray[Any]:
    """One frame's values, decoded: shape (rows, columns) or (rows, columns, 3). `frame` counts from 1."""
    stream: Any = BytesIO(source) if isinstance(source, bytes) else source
    return pixel_array(stream, index=frame - 1 if frames > 1 else 0)


def merged(read: dict[int, list[Region]]) -> Iterator[tuple[Region, tuple[int, int]]]:
    """The lines of the frames that were read, those that stay from one to the next as one: each with its first and last frame."""
    open_runs: list[tuple[Region, int, int]] = []
    last = 0
    for frame, regions in sorted(read.items()):
        going_on = []
        for region in regions:
            run = next((one for one in open_runs if one[2] == last and _is_same(one[0], region)), None)
            if run is not None:
                open_runs.remove(run)
            going_on.append((run[0] if run else region, run[1] if run else frame, frame))
        for region, first, end in open_runs:
            yield region, (first, end)
        open_runs, last = going_on, frame
    for region, first, end in open_runs:
        yield region, (first, end)


def _is_same(one: Region, other: Region) -> bool:
    near = all(abs(a - b) <= _BESIDE for a, b in zip(one.box, other.box, strict=True))
    return near and (one.text == other.text or abs(len(one.text) - len(other.text)) <= 2)


def _finding(
    place: Place, hit: Hit, region: Region, tag: str, pages: tuple[int, int] | None, at: Box | None = None
) -> Finding:
    return Finding(
        place,
        hit.kind,
        region.text[hit.start : hit.end],
        hit.person,
        round(hit.sure * (0.5 + 0.5 * region.confidence), 2),
        hit.reason,
        tag=tag,
        pages=pages,
        box=at or region.box,
    )


def _in_icon(dataset: Dataset, known: KnownPeople, near: Near, troubles: list[str]) -> Iterator[Finding]:
    for item in dataset.get("IconImageSequence") or ():
        rows, columns, samples = int(item.Rows), int(item.Columns), int(item.get("SamplesPerPixel") or 1)
        bits = int(item.BitsAllocated)
        if bits not in (8, 16) or samples not in (1, 3):
            troubles.append(f"{ICON}: an icon of {samples} samples of {bits} bits is not read")
            continue
        values = np.frombuffer(item.PixelData, np.uint8 if bits == 8 else np.uint16)
        picture = values[: rows * columns * samples].reshape(
            (rows, columns, samples) if samples > 1 else (rows, columns)
        )
        for region, hit in search_regions(read_picture(picture), known, near):
            yield _finding(Place.PIXELS, hit, region, ICON, None)


def _in_overlays(dataset: Dataset, known: KnownPeople, near: Near, troubles: list[str]) -> Iterator[Finding]:
    """Overlay planes with bits of their own (PS3.3 C.9.2), group 6000 to 601E."""
    for group in range(0x6000, 0x6020, 2):
        if (group, 0x3000) not in dataset or (group, 0x0010) not in dataset:
            continue
        rows, columns = int(dataset[group, 0x0010].value), int(dataset[group, 0x0011].value)
        frames = _overlay_frames(dataset, group)
        if not 0 < rows * columns <= MOST_PIXELS:
            troubles.append(f"({group:04X},3000): an overlay of {rows} x {columns} bits is not read")
            continue
        for frame, picture in overlay_planes(dataset, group):
            for region, hit in search_regions(read_picture(picture), known, near):
                pages = (frame, frame) if frames > 1 else None
                yield _finding(Place.OVERLAY, hit, region, f"({group:04X},3000)", pages)


def overlay_planes(dataset: Dataset, group: int) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """The planes of an overlay group that are read, white on black, each with its frame from 1."""
    rows, columns = int(dataset[group, 0x0010].value), int(dataset[group, 0x0011].value)
    packed = np.frombuffer(dataset[group, 0x3000].value, np.uint8)
    for frame in sampled(_overlay_frames(dataset, group)):
        first = (frame - 1) * rows * columns
        bits = np.unpackbits(packed[first // 8 : (first + rows * columns + 7) // 8], bitorder="little")
        yield frame, bits[first % 8 : first % 8 + rows * columns].reshape(rows, columns) * np.uint8(255)


def _overlay_frames(dataset: Dataset, group: int) -> int:
    return int(dataset[group, 0x0015].value or 1) if (group, 0x0015) in dataset else 1
