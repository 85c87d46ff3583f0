# %% [markdown]
# # One association, line by line
#
# A log is not a list of events. What belongs together stands on several lines, among those of others, and some lines were
# written by somebody else altogether. In this notebook you read one conversation in the archive's log, and then forge a line yourself.
#
# **After this notebook you can**
#
# - put the lines of one C-FIND and one C-GET together;
# - say who took which studies;
# - tell a planted line from a true one.
#
# About 30 minutes. For security teams, PACS administrators and modality engineers. Lesson: `detect-association`.

# %% [markdown]
# ## The lines of a query
#
# The recording of notebook 40; if you come here first, it is played now.

# %%
import json
from urllib.parse import quote

from lab import Lab

lab = Lab(language="en")  # language
visitors = ["survey-sweep", "bulk-get", "password-spray", "zip-download", "scanner"]
day = lab.day(hours=2, speed=720, seed=41, intrusions=visitors, again=False)
log = day.recording.sensor("orthanc").read_text("utf-8", errors="replace").splitlines()
start = next(n for n, line in enumerate(log) if "Find request" in line)
print(*(line[:170] for line in log[start : start + 18]), sep="\n")

# %% [markdown]
# Read it from the top: *Incoming Find request* has AE title and address. The audit line has the query as JSON. Then the keys one by one, their
# values hidden, and *Number of matching resources*, on a line that names nobody. If two clients ask at the same moment, these lines mix. Orthanc
# 1.12 writes the thread in brackets, by which one tells them apart; before that there is only the order.
#
# ## The lines of a retrieval
#
# A C-GET is two lines: the request, and the resource that is sent.

# %%
print(*[line[:190] for line in log if "Get request" in line or "Sending resource" in line][:6], sep="\n")

# %% [markdown]
# ### Exercise: who took what?
#
# Workstations fetch studies all day long. One client among them is unknown to the hospital. Which AE title has it, and how many studies did it
# fetch by C-GET? In the table of events, `dicom.declared` is 1 for the hospital's own AE titles. Stuck? `lab.hint("detect-association", "taken")`.

# %%
events = lab.events(day)
sent = events[events["event.action"] == "resource-sent"]
sent.groupby(["dicom.calling_aet", "source.ip"])["dicom.resource"].nunique()

# %%
# solution
strangers = sent[sent["dicom.declared"] == 0]
title, studies = strangers["dicom.calling_aet"].iloc[0], int(strangers["dicom.resource"].nunique())
# trainee: title, studies = "", 0
# end solution
lab.answer("detect-association", "taken", day, title, studies)

# %% [markdown]
# ## A line that the archive did not write
#
# Orthanc writes the path of a request **decoded**. `%0A` in a path is a line end. What comes behind it starts a new line, and whoever made the
# request decides what stands on it (CWE-117, *log injection*). Let us do it, on the running archive. First the sensors:

# %%
print(lab.change({"log_level": "verbose", "filters": {"audit": True}}))

# %%
stamp = lab.logs("orthanc", 1)[0][1:21]  # date and time, as the archive writes them
forged = f"I{stamp} main.cpp:352] Incoming Store request from AET CT1 on IP 127.28.1.10, calling AET PACSLAB"
with lab.web("doctor", "https", lab.live().account("doctor")) as client:
    print(client.get("/nothing" + quote("\n" + forged)).status_code)
    client.get("/system")

# %%
lines = lab.logs("orthanc", 12)
print(*(f"{number:3}  {line[:200]}" for number, line in enumerate(lines, 1)), sep="\n")

# %% [markdown]
# A CT that never sent anything seems to have stored a study. A doctor's password sufficed; for refused requests, Orthanc writes no line.
#
# ### Exercise: the planted line
#
# The audit line of the same request has the path as JSON. JSON writes a line end as `\n`, so that this line can't be broken in two: it
# betrays the other one. Find the number of the planted line **with code**: whoever reads logs by eye believes them.

# %%
# solution
audits = [json.loads(line[line.index("{") :]) for line in lines if "Lua says: AUDIT {" in line]
planted = {text for audit in audits for text in audit.get("uri", "").split("\n")[1:]}
number = next(n for n, line in enumerate(lines, 1) if line in planted)
# trainee: number = 0  # of the planted line, from 1
# end solution
lab.answer("detect-association", "planted", lines, number)

# %% [markdown]
# The lab's parsers do the same and set `event.forged`; no rule listens to such an event. Back to the healthy site:

# %%
lab.harden()

# %% [markdown]
# <details><summary>To think about: and without audit lines?</summary>
#
# Then there is only the clock. Orthanc writes its lines in order, so a line whose time lies ahead of the next one was not written then. A forger
# who gets the time right to the second is not found this way. The gateway's access log, which escapes line ends, still has the request.
#
# </details>
#
# <details><summary>To think about: what can a forged line not do?</summary>
#
# It can add; it can't remove. The true lines of the intruder stay where they are. And it can't write into another sensor: no image
# arrives, no connection appears in the gateway's stream log. Two sensors that see the same thing are worth more than twice one.
#
# </details>

# %% [markdown]
# ## In this notebook we
#
# - put the lines of a query and a retrieval together;
# - named the client that took studies, and counted them;
# - planted a line in a real log, and found it by the audit line of its own request.
#
# **References.** CWE-117, *Improper Output Neutralization for Logs* · DICOM PS3.4, C.4.1 and C.4.3: C-FIND, C-GET · OWASP, *Logging Cheat Sheet*
#
# **Next:** notebook 43. Your first rule.
