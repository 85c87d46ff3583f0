"""Where one reads more. Each id was compared with its own title; the titles are printed with them."""

from __future__ import annotations

from lab.scenario import Reference

_BOOK = "https://orthanc.uclouvain.be/book"


def _cwe(number: int, title: str) -> Reference:
    return Reference(f"CWE-{number}: {title}", f"https://cwe.mitre.org/data/definitions/{number}.html")


def _attack(number: str, title: str) -> Reference:
    return Reference(f"ATT&CK {number}: {title}", f"https://attack.mitre.org/techniques/{number.replace('.', '/')}/")


BOOK_SECURITY = Reference("Orthanc Book: Securing Orthanc", f"{_BOOK}/faq/security.html")
BOOK_HTTPS = Reference("Orthanc Book: HTTPS encryption", f"{_BOOK}/faq/https.html")
BOOK_NGINX = Reference("Orthanc Book: How can I run Orthanc behind nginx?", f"{_BOOK}/faq/nginx.html")
BOOK_IMAGES = Reference("Orthanc Book: orthancteam/orthanc Docker images", f"{_BOOK}/users/docker-orthancteam.html")
BOOK_DICOM_TLS = Reference("Orthanc Book: Configuring DICOM TLS", f"{_BOOK}/faq/dicom-tls.html")
DOCKER_PORTS = Reference(
    "Docker documentation: Port publishing", "https://docs.docker.com/engine/network/port-publishing/"
)
DOCKER_SECURITY = Reference("Docker documentation: Docker security", "https://docs.docker.com/engine/security/")
DOCKER_SECRETS = Reference(
    "Docker documentation: Secrets in Compose", "https://docs.docker.com/compose/how-tos/use-secrets/"
)
NGINX_LIMIT = Reference(
    "nginx: ngx_http_limit_req_module", "https://nginx.org/en/docs/http/ngx_http_limit_req_module.html"
)
CVE_2025_0896 = Reference("CVE-2025-0896 (Orthanc before 1.5.8), CISA ICSMA-25-037-02")
CVE_2023_33466 = Reference("CVE-2023-33466")
CVE_2026_10528 = Reference("CVE-2026-10528, fixed in Orthanc 1.13.0: its release notes of 15 August 2026 (NEWS)")
CVE_2026 = Reference("CVE-2026-5437 to CVE-2026-5445, CERT/CC: nine flaws, fixed in Orthanc 1.12.11 (press)")
RELEASES = Reference(
    "Orthanc’s source repository: release 1.12.11 of 14 April 2026",
    "https://orthanc.uclouvain.be/hg/orthanc/raw-rev/5974e02f23ce",
)
PS3_18 = Reference("DICOM PS3.18: web services", "https://dicom.nema.org/medical/dicom/current/output/html/part18.html")
FETCH = Reference("Fetch standard: CORS protocol", "https://fetch.spec.whatwg.org/#http-cors-protocol")
WEBDAV = Reference("RFC 4918: HTTP Extensions for WebDAV", "https://www.rfc-editor.org/rfc/rfc4918")
PS3_15 = Reference("DICOM PS3.15, annex B: secure transport connection profiles")
PS3_15_AUDIT = Reference("DICOM PS3.15, A.5: audit trail message format profile")
GDPR_32 = Reference("GDPR, article 32")
GREENBONE = Reference("Greenbone Networks, September 2019: the survey used ordinary DICOM queries (press)")

CWE_94 = _cwe(94, "Improper Control of Generation of Code ('Code Injection')")
CWE_73 = _cwe(73, "External Control of File Name or Path")
CWE_200 = _cwe(200, "Exposure of Sensitive Information to an Unauthorized Actor")
CWE_250 = _cwe(250, "Execution with Unnecessary Privileges")
CWE_290 = _cwe(290, "Authentication Bypass by Spoofing")
CWE_295 = _cwe(295, "Improper Certificate Validation")
CWE_306 = _cwe(306, "Missing Authentication for Critical Function")
CWE_307 = _cwe(307, "Improper Restriction of Excessive Authentication Attempts")
CWE_319 = _cwe(319, "Cleartext Transmission of Sensitive Information")
CWE_353 = _cwe(353, "Missing Support for Integrity Check")
CWE_522 = _cwe(522, "Insufficiently Protected Credentials")
CWE_530 = _cwe(530, "Exposure of Backup File to an Unauthorized Control Sphere")
CWE_532 = _cwe(532, "Insertion of Sensitive Information into Log File")
CWE_668 = _cwe(668, "Exposure of Resource to Wrong Sphere")
CWE_770 = _cwe(770, "Allocation of Resources Without Limits or Throttling")
CWE_862 = _cwe(862, "Missing Authorization")
CWE_942 = _cwe(942, "Permissive Cross-domain Security Policy with Untrusted Domains")
CWE_918 = _cwe(918, "Server-Side Request Forgery (SSRF)")
CWE_1392 = _cwe(1392, "Use of Default Credentials")
T1020 = _attack("T1020", "Automated Exfiltration")
T1046 = _attack("T1046", "Network Service Discovery")
T1059 = _attack("T1059", "Command and Scripting Interpreter")
T1078_001 = _attack("T1078.001", "Valid Accounts: Default Accounts")
T1110 = _attack("T1110", "Brute Force")
T1592 = _attack("T1592", "Gather Victim Host Information")
T1213 = _attack("T1213", "Data from Information Repositories")
T1485 = _attack("T1485", "Data Destruction")
T1565_001 = _attack("T1565.001", "Stored Data Manipulation")
