"""The certificate that the simulated archives show where they speak TLS, made anew for each run."""

from __future__ import annotations

import ssl
from collections.abc import Callable


def tls_contexts() -> Callable[[bool], ssl.SSLContext]:
    """A function from "a client certificate is required" to the server's context."""
    import trustme

    authority = trustme.CA(organization_name="pacslab (synthetic)")
    certificate = authority.issue_cert("archive.example")

    def context(client_certificate: bool) -> ssl.SSLContext:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(made)
        if client_certificate:
            authority.configure_trust(made)
            made.verify_mode = ssl.CERT_REQUIRED
        return made

    return context
