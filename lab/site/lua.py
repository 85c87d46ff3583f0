"""The Lua filters of a site: who may do what, what may be stored, and the audit lines. Rendered from ``SiteConfig.filters``. Pure.

Orthanc calls ``IncomingHttpRequestFilter`` once a request has passed authentication (a failed login never gets there),
``IncomingFindRequestFilter`` for each C-FIND (``IncomingWorklistRequestFilter`` for one of the worklist), and
``ReceivedInstanceFilter`` for each object that is to be stored. What ``print`` says stands in Orthanc's log at level W, at any
log level. An audit line is one JSON object after ``AUDIT``: JSON escapes line ends, so that no AE title and no address can forge a line.
"""

from __future__ import annotations

from collections.abc import Mapping

from lab.site.config import SiteConfig
from synthetic_data.marks import ISSUER, MANUFACTURER, STATEMENT

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
  audit({ event = "find", aet = origin["RemoteAet"], called = origin["CalledAet"], ip = origin["RemoteIp"], query = shown(query) })
  return query
end

function IncomingWorklistRequestFilter(query, origin)
  audit({ event = "worklist", aet = origin["RemoteAet"], called = origin["CalledAet"], ip = origin["RemoteIp"], query = shown(query) })
  return query
end
"""

_WHOLE = """\
local function shown(query)
  return query
end
"""

_WITHOUT_NAMES = """\
-- What was asked, without the names and dates of birth that stood in the question. Of a pattern its first two letters are
-- kept: they name nobody, and tell who lists the archive letter by letter.
local function hidden(value)
  if string.find(value, "[*?]") then return string.sub(value, 1, 2) .. "*" end
  return "HIDDEN"
end

local function shown(query)
  local kept = {}
  for tag, value in pairs(query) do
    kept[tag] = value
  end
  for _, tag in ipairs({ "0008,0090", "0010,0010", "0010,0030", "0010,1001", "0010,1005" }) do
    if kept[tag] and kept[tag] ~= "" then kept[tag] = hidden(kept[tag]) end
  end
  return kept
end
"""

_PREAMBLE = """\
-- A file that came over HTTP is stored once more with zeros for its preamble (PS3.10, 7.1), if there was anything else in
-- it. One that came by C-STORE has none of its own: Orthanc writes it.
function OnStoredInstance(id, tags, metadata, origin)
  if origin["RequestOrigin"] ~= "RestApi" then return end
  local file = RestApiGet("/instances/" .. id .. "/file", false)
  local zeros = string.rep("\\0", 128)
  if string.sub(file, 129, 132) == "DICM" and string.sub(file, 1, 128) ~= zeros then
    RestApiDelete("/instances/" .. id, false)
    RestApiPost("/instances", zeros .. string.sub(file, 129), false)
    print("PREAMBLE " .. id)
  end
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

_MARKS = """\
-- Only synthetic objects, whichever way they come: a real patient's has no place in an archive that is broken into.
local function synthetic(dicom)
  local function says(tag) return string.find(tostring(dicom[tag] or ""), {statement}, 1, true) ~= nil end
  return dicom["Manufacturer"] == {manufacturer} or dicom["IssuerOfPatientID"] == {issuer}
    or says("PatientComments") or says("ImageComments")
end
"""

_SENDERS = """\
-- Over DICOM, objects from modalities that may store, and from nobody else.
local sender = {senders}

local function welcome(origin)
  return origin["RequestOrigin"] ~= "DicomProtocol" or sender[origin["RemoteAet"]] == true
end
"""

_ANYBODY = """\
local function welcome(origin)
  return true
end
"""

_RECEIVED = """\
function ReceivedInstanceFilter(dicom, origin, info)
  local allowed = synthetic(dicom) and welcome(origin)
  audit({ event = "received", allowed = allowed, origin = origin["RequestOrigin"],
          aet = origin["RemoteAet"], ip = origin["RemoteIp"], user = origin["Username"],
          study = dicom["StudyInstanceUID"], instance = dicom["SOPInstanceUID"] })
  return allowed
end
"""


def filters_lua(site: SiteConfig) -> str:
    """The text of ``filters.lua``."""
    filters = site.filters
    parts = [_roles(site) if filters.roles else _ANYTHING]
    if filters.audit:
        parts.append(_WITHOUT_NAMES if site.orthanc.get("DeidentifyLogs", True) else _WHOLE)
    parts += [_AUDIT if filters.audit else _SILENT, _HTTP, _marks()]
    parts += [_senders(site) if filters.known_senders else _ANYBODY, _RECEIVED]
    if filters.preamble:
        parts.append(_PREAMBLE)
    return "\n".join(parts)


def _marks() -> str:
    """One mark that no real object bears is enough here: an object that the archive itself has anonymized keeps few."""
    words = {"{statement}": STATEMENT, "{manufacturer}": MANUFACTURER, "{issuer}": ISSUER}
    return _filled(_MARKS, {place: _lua_string(word) for place, word in words.items()})


def _senders(site: SiteConfig) -> str:
    titles = ", ".join(f"[{_lua_string(part.aet)}] = true" for part in site.modalities.values() if part.store)
    return _filled(_SENDERS, {"{senders}": "{" + titles + "}"})


def _roles(site: SiteConfig) -> str:
    roles = ", ".join(f"[{_lua_string(name)}] = {_lua_string(user.role)}" for name, user in sorted(site.users.items()))
    return _filled(_ROLES, {"{roles}": "{" + roles + "}"})


def _filled(text: str, values: Mapping[str, str]) -> str:
    for place, value in values.items():
        text = text.replace(place, value)
    return text


def _lua_string(text: str) -> str:
    return (
        '"'
        + "".join(
            f"\\{byte:03d}" if byte < 32 or byte > 126 or chr(byte) in '"\\' else chr(byte) for byte in text.encode()
        )
        + '"'
    )
