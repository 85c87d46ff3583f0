"""The hardened site that every exercise starts from and returns to.

It starts cleanly on Orthanc 1.10.1 and 1.12.7, every probe finds it safe, and the hospital's day runs on it.
"""

from __future__ import annotations

from lab.site.config import SiteConfig

# Accounts of people who do not exist, on an archive that no one outside this machine can reach.
ADMINISTRATOR, ADMINISTRATOR_PASSWORD = "admin", "corail-7-Boussole-lune"
DOCTOR, DOCTOR_PASSWORD = "dr.moreau", "tilleul-4-Carafe-nuit"


def baseline() -> SiteConfig:
    """The hardened baseline."""
    return SiteConfig.from_data(
        {
            "orthanc": {
                "Name": "Archive d'imagerie (pacslab)",
                "RemoteAccessAllowed": True,
                "AuthenticationEnabled": True,
                "OrthancExplorerEnabled": True,
                "ExecuteLuaEnabled": False,
                "RestApiWriteToFileSystemEnabled": False,
                "WebDavEnabled": False,
                "MetricsEnabled": False,
                "DeidentifyLogs": True,
                "DicomAet": "PACSLAB",
                "DicomCheckCalledAet": True,
                "DicomCheckModalityHost": True,
                "DicomTlsEnabled": True,
                "DicomTlsRemoteCertificateRequired": True,
                "DicomAlwaysAllowEcho": False,
                "DicomAlwaysAllowStore": False,
                "DicomAlwaysAllowFind": False,
                "DicomAlwaysAllowFindWorklist": False,
                "DicomAlwaysAllowGet": False,
                "DicomAlwaysAllowMove": False,
                "LimitFindResults": 100,
                "LimitFindInstances": 100,
                "OverwriteInstances": False,
                "StorageCompression": False,
                "SyncStorageArea": False,
                "SaveJobs": False,
                "HttpThreadsCount": 10,
                "StableAge": 5,
            },
            "gateway": {
                "publish": {
                    "http": [],
                    "https": ["clinic", "office", "internet"],
                    "dicom": ["clinic"],
                },
                "headers": {"Strict-Transport-Security": "max-age=31536000"},
                "requests_per_second": 100,
                "logins_per_second": 5,
                "hide_product": True,
            },
            "users": {
                ADMINISTRATOR: {"password": ADMINISTRATOR_PASSWORD, "role": "administrator"},
                DOCTOR: {"password": DOCTOR_PASSWORD, "role": "doctor"},
            },
            "worklists": {"enabled": True},
            "modalities": {
                "ct": {"aet": "CT1", "host": "ct", "find_worklist": True, "store": True},
                "workstation": {"aet": "WORKST1", "host": "workstation", "find": True, "get": True},
            },
            "filters": {"roles": True, "audit": True, "preamble": True},
            "host": {
                "storage": "0700",
                "backup": {"place": "vault", "encrypted": True},
                "verification": {"by": "disk", "every_seconds": 1},
            },
            "export": {
                "tool": "pacslab",
                "request": {"KeepPrivateTags": False},
                "folders": "numbers",
                "burned_in": False,
            },
            "test_environment": {"content": "none"},
        }
    )
