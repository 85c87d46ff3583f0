"""Documents inside of DICOM: their text, pictures, forms and metadata cannot be cleaned so that one could vouch for it.

A document is replaced by a page that says so. What a study needs of a report belongs in a structured report.
"""

from __future__ import annotations

import io
from functools import cache

from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

_WIDE, _TALL = 595, 842
WORDS = "Document removed by de-identification"


@cache
def placeholder() -> bytes:
    """A PDF of one page that says that the document was removed; the same bytes each time, even in number."""
    writer = PdfWriter()
    page = writer.add_blank_page(_WIDE, _TALL)
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
    )
    stream = DecodedStreamObject()
    stream.set_data(f"BT /F1 16 Tf 72 {_TALL - 96} Td ({WORDS}) Tj ET".encode())
    page[NameObject("/Contents")] = writer._add_object(stream)
    writer.metadata = None
    out = io.BytesIO()
    writer.write(out)
    content = out.getvalue()
    return content + b"\n" * (len(content) % 2)
