"""Which names are options of Orthanc and of its usual plugins."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from lab.audit.jsonc import Node
from lab.audit.platform import defaults
from lab.site.options import orthanc_options

# Sections of plugins: those of the official images (Orthanc Book), and options of plugins at the top level.
SECTIONS = {
    "Authelia", "Authorization", "AwsS3Storage", "AzureBlobStorage", "ConnectivityChecks", "DelayedDeletion", "DicomWeb", "Education",
    "Gdcm", "GoogleCloudStorage", "Housekeeper", "Indexer", "Java", "JavaArguments", "LuaOptions", "MultitenantDicom", "MySQL", "Neuro",
    "OHIF", "Odbc", "OrthancExplorer2", "PostgreSQL", "Python", "PythonScript", "PythonVerbose", "Queues", "STL", "ServeFolders",
    "StoneWebViewer", "Tcia", "Transfers", "VolView", "WebViewer", "WebViewerPro", "WholeSlideImaging", "WSI", "Worklists", "AdvancedStorage",
    "StorageCommitment", "LimitJobs", "OverwriteInstancesMode", "DicomSequenceUid",
}  # fmt: skip
# What Orthanc reads in the object of a modality (Orthanc's RemoteModalityParameters).
MODALITY = (
    "AET", "Host", "Port", "Manufacturer", "AllowEcho", "AllowFind", "AllowFindWorklist", "AllowGet", "AllowMove", "AllowStore",
    "AllowStorageCommitment", "AllowNAction", "AllowNEventReport", "AllowTranscoding", "UseDicomTls", "LocalAet", "Timeout", "RetrieveMethod",
)  # fmt: skip
FORMER = re.compile(r"\w+TransferSyntaxAccepted")  # of older versions; AcceptedTransferSyntaxes took their place


def is_option(name: str) -> bool:
    """Whether Orthanc or one of the known plugins has an option of this name."""
    known = name in orthanc_options() or name in SECTIONS or name in defaults()
    return known or FORMER.fullmatch(name) is not None


def nearest(name: str, known: Iterable[str] = ()) -> str | None:
    """The option (or the one of these names) that was probably meant, or None."""
    folded = {candidate.lower(): candidate for candidate in known or [*orthanc_options(), *SECTIONS]}
    near = difflib.get_close_matches(name.lower(), folded, n=1, cutoff=0.8)
    return folded[near[0]] if near else None


def is_orthanc_file(root: Node) -> bool:
    """Whether a JSON file is Orthanc's: it is empty, or has an option or what is a slip of one. Options begin with a capital."""
    names = [member.name for member in root.members]
    if not names or any(map(is_option, names)):
        return True
    return any(name[:1].isupper() and nearest(name) for name in names[:50])
