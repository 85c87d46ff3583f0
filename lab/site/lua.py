"""The Lua filters of a site: who may do what, and the audit lines. Rendered from ``SiteConfig.filters``. Pure.

Orthanc calls ``IncomingHttpRequestFilter`` once a request has passed authentication (a failed login never gets there),
``IncomingFindRequestFilter`` for each C-FIND, and ``ReceivedInstanceFilter`` for each object that is to be stored. What
``print`` says stands in Orthanc's log at level W, at any log level. An audit line is one JSON object after ``AUDIT``:
JSON escapes line ends, so that no AE title and no address can forge a line.
"""

from __future__ import annotations

from lab.site.config import SiteConfig

_ROLES = """\
-- Who may do what over HTTP.
local role = {roles}

local function reads(method, uri)
  if method == "GET" then return true end
  return method == "POST" and (uri == "/tools/find" or uri == "/tools/lookup")
end

local function permitted(method, uri, username)
  if role[username] == "doctor" then return reads(method, uri) end
  return true
end
"""

_ANYTHING = """\
local function permitted(method, uri, username)
  return true
end
"""

_AUDIT = """\
-- One line in the log for each request, query and stored object.
local function audit(entry)
  print("AUDIT " .. DumpJson(entry, true))
end

function IncomingFindRequestFilter(query, origin)
  audit({ event = "find", aet = origin["RemoteAet"], called = origin["CalledAet"], ip = origin["RemoteIp"], query = query })
  return query
end
"""

_SILENT = """\
local function audit(entry)
end
"""

_HTTP = """\
function IncomingHttpRequestFilter(method, uri, ip, username, httpHeaders)
  local allowed = permitted(method, uri, username)
  audit({ event = "http", method = method, uri = uri, ip = ip, user = username or "", allowed = allowed })
  return allowed
end
"""

_RECEIVED = """\
function ReceivedInstanceFilter(dicom, origin, info)
  audit({ event = "received", origin = origin["RequestOrigin"], aet = origin["RemoteAet"], ip = origin["RemoteIp"], user = origin["Username"],
          study = dicom["StudyInstanceUID"], instance = dicom["SOPInstanceUID"] })
  return true
end
"""


def filters_lua(site: SiteConfig) -> str:
    """The text of ``filters.lua``."""
    filters = site.filters
    parts = [_roles(site) if filters.roles else _ANYTHING, _AUDIT if filters.audit else _SILENT, _HTTP]
    if filters.audit:
        parts.append(_RECEIVED)
    return "\n".join(parts)


def _roles(site: SiteConfig) -> str:
    roles = ", ".join(f"[{_lua_string(name)}] = {_lua_string(user.role)}" for name, user in sorted(site.users.items()))
    return _ROLES.replace("{roles}", "{" + roles + "}")


def _lua_string(text: str) -> str:
    return (
        '"'
        + "".join(
            f"\\{byte:03d}" if byte < 32 or byte > 126 or chr(byte) in '"\\' else chr(byte) for byte in text.encode()
        )
        + '"'
    )
