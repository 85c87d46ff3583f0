"""The configuration auditor: the course's knowledge for the archive that one really runs. Reads files, never a network."""

from __future__ import annotations

from lab.audit.deployment import Deployment
from lab.audit.examine import Report, audit
from lab.audit.source import AuditError

__all__ = ["AuditError", "Deployment", "Report", "audit"]
