"""What is searched over the network: the instances of the sandbox's archive, by its own REST API or by DICOMweb.

The client that is handed in refuses every address outside of the sandbox (lab/clients/guard.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx

from lab.i18n import Text, t
from lab.inventory.source import CHUNK, InventoryError, Item

_PAGE = 50
_FILE = 'multipart/related; type="application/dicom"; transfer-syntax=*'
_STUDY, _SERIES, _INSTANCE = "0020000D", "0020000E", "00080018"


class _Remote:
    """Instances that pass through a private folder."""

    def __init__(self, client: httpx.Client, title: str) -> None:
        self._client = client
        self.title = title
        self._found: list[str] | None = None

    def _names(self) -> Sequence[str]:
        """What is asked for to get each instance."""
        raise NotImplementedError

    def _content(self, name: str) -> bytes:
        raise NotImplementedError

    def _refusal(self, status: int) -> Text:
        return t("The inventory reads as the administrator does; check the account.")

    def _get(self, path: str, **asked: Any) -> httpx.Response:
        try:
            answer = self._client.get(path, **asked)
        except httpx.HTTPError as error:
            raise InventoryError(
                t("The archive does not answer ({error}).", error=type(error).__name__), t("Start it: pacslab start.")
            ) from error
        if answer.status_code not in (200, 204):
            raise InventoryError(
                t("The archive answered {status} to {path}.", status=answer.status_code, path=path),
                self._refusal(answer.status_code),
            )
        return answer

    def _all(self) -> list[str]:
        if self._found is None:
            self._found = sorted(self._names())
        return self._found

    def count(self) -> int:
        return len(self._all())

    def chunks(self, folder: Path, every: int = 1) -> Iterator[list[Item]]:
        names = self._all()[::every]
        for start in range(0, len(names), CHUNK):
            yield [self._fetched(name, folder) for name in names[start : start + CHUNK]]

    def _fetched(self, name: str, folder: Path) -> Item:
        short = name.rpartition("/")[2]
        path = folder / f"{short}.dcm"
        path.write_bytes(self._content(name))
        return Item(short, str(path), fetched=True)


class Archive(_Remote):
    """The instances of a running archive, through Orthanc's REST API."""

    def _names(self) -> Sequence[str]:
        return [str(one) for one in self._get("/instances").json()]

    def _content(self, name: str) -> bytes:
        return self._get(f"/instances/{name}/file").content


class DicomWeb(_Remote):
    """The instances of a running archive, through DICOMweb (PS3.18: QIDO-RS and WADO-RS) below a path such as ``/dicom-web/``."""

    def __init__(self, client: httpx.Client, title: str, root: str) -> None:
        super().__init__(client, title)
        self._root = root.rstrip("/")

    def _refusal(self, status: int) -> Text:
        if status == 404:
            return t('The archive speaks no DICOMweb. In the site: {{"dicomweb": {{"enabled": true}}}}.')
        return super()._refusal(status)

    def _names(self) -> Sequence[str]:
        found = []
        for study in self._asked("/studies", _STUDY):
            for series in self._asked(f"/studies/{study}/series", _SERIES):
                where = f"/studies/{study}/series/{series}/instances"
                found += [f"{where}/{instance}" for instance in self._asked(where, _INSTANCE)]
        return found

    def _asked(self, path: str, tag: str) -> list[str]:
        """The UIDs of a query's matches; page by page, as a server may limit how many it gives at once."""
        found: dict[str, None] = {}
        while True:
            params = {"limit": _PAGE, "offset": len(found)}
            answer = self._get(self._root + path, params=params, headers={"Accept": "application/dicom+json"})
            page = answer.json() if answer.content else []
            new = {str(match[tag]["Value"][0]): None for match in page} if isinstance(page, list) else {}
            if not new.keys() - found.keys():
                return list(found)
            found |= new

    def _content(self, name: str) -> bytes:
        answer = self._get(self._root + name, headers={"Accept": _FILE})
        return _first_part(answer.content, answer.headers.get("Content-Type", ""))


def _first_part(body: bytes, content_type: str) -> bytes:
    """The first part of a multipart answer (RFC 2046, 5.1). Raises InventoryError when there is none."""
    marks = [part.partition("=")[2].strip('" ') for part in content_type.split(";") if "boundary=" in part]
    mark = b"--" + marks[0].encode() if marks else b"\0"
    start = body.find(b"\r\n\r\n", body.find(mark))
    end = body.find(b"\r\n" + mark, start + 4)
    if mark not in body or start < 0 or end < 0:
        raise InventoryError(
            t("The archive’s DICOMweb answer has no image in it."), t("Search it by REST: leave --dicomweb out.")
        )
    return body[start + 4 : end]
