"""Pixel data in the transfer syntaxes that compress: pydicom's encoders and their plugins, and `codecs` for the rest."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.pixels.encoders.base import get_encoder
from pydicom.uid import UID, JPEG2000Lossless, JPEGBaseline8Bit, JPEGLosslessSV1, JPEGLSLossless, RLELossless

from synthetic_data.codecs.baseline import encode_baseline
from synthetic_data.codecs.lossless import encode_lossless

_PLUGINS: dict[str, str] = {RLELossless: "pydicom", JPEGLSLossless: "pyjpegls", JPEG2000Lossless: "pylibjpeg"}
"""Which of pydicom's plugins encodes: always the same one, whichever are installed, so that the bytes are the same."""


def compressed(pixels: NDArray[Any], description: Dataset, transfer_syntax_uid: str) -> bytes:
    """The frames encoded and encapsulated (DICOM PS3.5 A.4), a fragment a frame; `description` has their elements.

    Raises what pydicom raises when no plugin can encode the syntax.
    """
    if transfer_syntax_uid in (JPEGBaseline8Bit, JPEGLosslessSV1):
        frames = pixels if int(description.get("NumberOfFrames", 1)) > 1 else pixels[None]
        bits = int(description.BitsStored)
        lossy = transfer_syntax_uid == JPEGBaseline8Bit
        return bytes(encapsulate([encode_baseline(one) if lossy else encode_lossless(one, bits) for one in frames]))
    encoder = get_encoder(UID(transfer_syntax_uid))
    keywords = {
        "rows": description.Rows,
        "columns": description.Columns,
        "number_of_frames": int(description.get("NumberOfFrames", 1)),
        "samples_per_pixel": description.SamplesPerPixel,
        "planar_configuration": description.get("PlanarConfiguration"),
        "bits_allocated": description.BitsAllocated,
        "bits_stored": description.BitsStored,
        "pixel_representation": description.PixelRepresentation,
        "photometric_interpretation": description.PhotometricInterpretation,
    }
    return bytes(
        encapsulate(list(encoder.iter_encode(pixels, encoding_plugin=_PLUGINS[transfer_syntax_uid], **keywords)))
    )
