# %% [markdown]
# # Switch the lights on
#
# The default log shows nothing, but a hospital can switch on more: a talkative archive, audit lines, the gateway's logs, a packet
# capture, the archive's own bookkeeping. Each sees something else, and each has its price. In this notebook you try them one by one.
#
# **After this notebook you can**
#
# - name the sensors that an imaging archive has, and what each costs;
# - read them all as one table of events;
# - choose the few that show every intrusion.
#
# About 25 minutes. For PACS administrators, security teams and network administrators. Lesson: `detect-sensors`.

# %% [markdown]
# ## The day, taken up again
#
# The recording of notebook 40. If you come here first, it is played now (about fifteen seconds).

# %%
import shutil
import subprocess
from collections import Counter
from itertools import combinations

from lab import Lab

lab = Lab(language="en")  # language
visitors = ["survey-sweep", "bulk-get", "password-spray", "zip-download", "scanner"]
day = lab.day(hours=2, speed=720, seed=41, intrusions=visitors, again=False)
sensors = day.recording.sensor
print(*day.recording.day.sensors)

# %% [markdown]
# ## 1. The archive, talkative
#
# `--verbose` writes each request and each query key, thousands of lines in two hours. What was asked for it hides (`POTENTIAL PHI`): good for the
# patients, bad for whoever must find out later which of them are concerned.

# %%
log = sensors("orthanc").read_text("utf-8", errors="replace").splitlines()
print(*[line[:160] for line in log if "Find request" in line][:5], sep="\n")

# %% [markdown]
# ## 2. Audit lines
#
# A few lines of Lua in the archive write one line of JSON for each request: address, AE title or account, what was asked for, and whether it was
# allowed. There is nothing to put together and nothing to guess. They have the values of a query, too, names included: **such a log is itself
# personal data**.

# %%
print(*[line[:220] for line in log if "AUDIT" in line][:4], sep="\n")

# %% [markdown]
# ## 3. The gateway
#
# nginx stands in front of the archive. Its access log has every web request, **also the refused ones, which Orthanc never writes down**. Its
# stream log has every DICOM connection: from where, how long, how many bytes in either direction.

# %%
for name in ("gateway-access", "gateway-stream"):
    print(*[line[:160] for line in sensors(name).read_text("utf-8").splitlines()[:3]], "", sep="\n")

# %% [markdown]
# ## 4. Packets
#
# A capture holds every byte that is not encrypted. It is exact, it is huge, and TLS ends it. In the containers' sandbox it is missing. tshark,
# Wireshark's program for the command line, reads DICOM in it: here, who asked for an association, and by which name. Without tshark,
# nothing is shown (Debian, Ubuntu: `apt-get install tshark`).

# %%
capture, tshark = sensors("capture"), shutil.which("tshark")
if capture and tshark:
    read = [tshark, "-r", capture, "-d", "tcp.port==4242,dicom", "-Y", "dicom.pdu.type == 1", "-T", "fields"]
    named = ["-e", "ip.src", "-e", "dicom.assoc.ae.calling", "-e", "dicom.assoc.ae.called"]
    found = subprocess.run([*read, *named], capture_output=True, text=True)
    print(*found.stdout.splitlines()[:6], sep="\n")

# %%
for path in sorted((day.recording.folder / "sensors").iterdir()):
    print(f"{path.stat().st_size / 1e6:8.2f} MB  {path.name}")

# %% [markdown]
# ## 5. What the archive keeps anyway
#
# For each image, Orthanc remembers how it came in, and from where. It is no log: it shows what is *still there*.

# %%
metadata = day.recording.json("metadata")
instance, entry = next(iter(metadata.items()))
entry

# %% [markdown]
# `/changes` counts what came in, and names nobody. Of what was deleted, a gap in the numbers is left:

# %%
changes = day.recording.json("changes")
numbers = [change["Seq"] for change in changes]
print(*changes[-3:], sep="\n")
print(numbers[-1] - numbers[0] + 1 - len(numbers))  # numbers that are missing

# %% [markdown]
# `/jobs` knows what the archive was told to do: ZIP files, copies without names, sending to others. It keeps the last ten.

# %%
Counter((job["Type"], job["State"]) for job in day.recording.json("jobs"))

# %% [markdown]
# ## 6. The storage folder
#
# The files before and after the day. A new file means that something was stored, a missing one that something was deleted; who did it, no file
# tells. (In the containers' sandbox one cannot look.)

# %%
files = day.recording.json("files") or {"before": [], "after": []}
before, after = ({file["path"] for file in files[when]} for when in ("before", "after"))
len(before), "before;", len(after - before), "new,", len(before - after), "gone"

# %% [markdown]
# ## One table of events
#
# Parsers bring the logs, and what the archive says of itself, into one table. Its columns bear the names of the Elastic Common Schema, which
# Sigma rules use, too; what that lacks stands below `dicom.`. Each source fills the columns that it knows.

# %%
events = lab.events(day)
events.groupby(["event.dataset", "event.action"]).size()

# %%
columns = ["timestamp", "event.dataset", "event.action", "source.ip", "user.name", "dicom.calling_aet"]
events[columns].sample(8, random_state=1).sort_values("timestamp")

# %% [markdown]
# ### Exercise: who names the account?
#
# To ask a person, one needs a name. Which sources (`event.dataset`) have events with a `user.name`? Answer with a set.

# %%
# solution
named = set(events[events["user.name"].notna()]["event.dataset"])
# trainee: named = set()  # from events
# end solution
lab.answer("detect-sensors", "account", day, named)

# %% [markdown]
# ## Which sensors does one need?

# %%
day.visibility

# %% [markdown]
# ### Exercise: few, but enough
#
# Nobody leaves `--verbose` and a packet capture on for ever. Without these two (`orthanc-verbose`, `capture`): which sensors, as few as possible,
# show **every** visitor of this day? Answer with their names, as a set; the names are those of `day.visibility.found.columns`. Stuck?
# `lab.hint("detect-sensors", "cover")`.

# %%
day.visibility.found.columns

# %%
# solution
choices = [name for name in day.visibility.found.columns if name not in {"orthanc-verbose", "capture"}]
rows = day.visibility.found.rows.values()
shown = [row for row in rows if any(row[name] for name in choices)]
several = (set(some) for size in range(1, 5) for some in combinations(choices, size))
few = next(some for some in several if all(any(row[name] for name in some) for row in shown))
# trainee: few = set()  # for example {"changes", "jobs"}
# end solution
lab.answer("detect-sensors", "cover", day, few)

# %% [markdown]
# <details><summary>To think about: the gateway sees everybody. Is it enough?</summary>
#
# To know *that* somebody was there, yes. But a DICOM connection is a line with an address and a number of bytes: it doesn't say what was asked
# for. For the question of the data protection officer (which patients?) you need the audit lines.
#
# </details>
#
# <details><summary>To think about: how long may one keep all this?</summary>
#
# Logs with patients' names or staff accounts are personal data. Decide beforehand who reads them, what for and how long they are kept. In France the
# CNIL recommends six months to a year for most logs.
#
# </details>

# %% [markdown]
# ## In this notebook we
#
# - looked through six kinds of sensors, and at what each costs;
# - brought the logs into one table of events;
# - chose the fewest sensors that show every visitor.
#
# **References.** Elastic Common Schema · CNIL, recommendation on logging (2021) · Orthanc Book, *Lua scripts in Orthanc*
#
# **Next:** notebook 42. One association, line by line.
