"""Encoders that pydicom does not have, for JPEG Baseline and JPEG Lossless (ITU-T T.81), in numpy.

They use integers only: the same bytes on every machine, with no codec to install. RLE, JPEG-LS and JPEG 2000 are left
to pydicom's encoders and their plugins; see `synthetic_data.compression`.
"""
