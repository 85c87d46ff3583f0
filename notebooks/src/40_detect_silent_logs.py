# %% [markdown]
# # What the logs do not say
#
# “We have logs. If somebody had been there, we would have seen it.” In this notebook you let a hospital work for two hours, with
# intruders in its traffic, and then look for them in the log that the archive writes by default.
#
# **After this notebook you can**
#
# - say what an archive's default log holds, and what it doesn't;
# - tell “nothing was seen” from “nothing happened”;
# - explain why the only visitor in the log is the one who did no harm.
#
# About 20 minutes. For PACS administrators, security teams and IT management. Lesson: `detect-silent-logs`.

# %% [markdown]
# ## Two hours of a morning
#
# The day is played against your archive, with real clients: modalities store, workstations query and retrieve, doctors open their
# viewer, monitoring polls. Two hours pass in ten seconds. Five visitors who do not belong there come, too. Every request
# is entered in a ledger, the *truth*, that no sensor can read.
#
# The recording is kept: the next notebooks take it up (`again=False`) instead of playing the day anew. Afterwards, the archive is
# as it was.

# %%
from lab import Lab

lab = Lab(language="en")  # language
visitors = ["survey-sweep", "bulk-get", "password-spray", "zip-download", "scanner"]
day = lab.day(hours=2, speed=720, seed=41, intrusions=visitors, again=False)
day

# %% [markdown]
# The card tells it all: who came, when, and how many patients' records they touched. In life, nobody has this card. What one has
# is logs.

# %% [markdown]
# ## The archive's log
#
# For the recording, Orthanc wrote everything (`--verbose`), so that you can see afterwards what *would* have been seen. Each line
# begins with its level: `I` for information, `W` for warnings, `E` for errors.

# %%
log = day.recording.sensor("orthanc").read_text("utf-8", errors="replace").splitlines()
print(len(log))  # lines
print(*(line[:150] for line in log[:8]), sep="\n")

# %% [markdown]
# By default, Orthanc writes warnings and errors only. The lines `Lua says: AUDIT …` are warnings, too, but an audit script
# had to be switched on for them; it is a sensor of its own, and notebook 41 is about it. Leave them out here.
#
# ### Exercise: the default log
#
# How many lines has the default log of these two hours? Stuck? `lab.hint("detect-silent-logs", "lines")`.

# %%
# solution
default = [line for line in log if line[:1] in ("W", "E") and "Lua says: AUDIT" not in line]
# trainee: default = log  # keep warnings and errors, without the audit lines
# end solution
lab.answer("detect-silent-logs", "lines", day, len(default))

# %%
print(*(line[:200] for line in default[:10]), sep="\n")

# %% [markdown]
# Hundreds of requests, several intrusions, and this is what an ordinary installation would have kept of them. Whoever is *let in* is
# worth no warning: a query for all patients is written no differently from an idle hour.

# %% [markdown]
# ## Sensor by sensor
#
# With the truth at hand, one can count which lines, packets and entries belong to which intrusion:

# %%
day.visibility

# %% [markdown]
# ### Exercise: invisible
#
# Which of the five left no line in the default log (*Orthanc, default*)? Answer with their names, as a set.

# %%
# solution
rows = day.visibility.found.rows
invisible = {name for name, row in rows.items() if row["orthanc-default"] == 0}
# trainee: invisible = set()  # for example {"scanner", "bulk-get"}
# end solution
lab.answer("detect-silent-logs", "hidden", day, invisible)

# %% [markdown]
# <details><summary>To think about: why is the scanner visible?</summary>
#
# It asked for a called AE title that the archive doesn't have, and was refused. A refusal is worth a warning. Those who knew how to
# ask were served, and service is not written down. A default log shows failures; a good intruder doesn't fail.
#
# </details>
#
# <details><summary>To think about: “there is no evidence that data were taken”</summary>
#
# This sentence stands in many press releases. Ask which sensors were on. Without a sensor that would have seen it, no evidence is no
# finding.
#
# </details>

# %% [markdown]
# ## In this notebook we
#
# - played a hospital's morning with five visitors in it;
# - reduced the archive's log to what it holds by default;
# - saw that it shows who was refused, and is silent about who was served.
#
# **References.** OWASP Top 10, *Security Logging and Monitoring Failures* · Orthanc Book, *Log of Orthanc* · IHE ATNA, *Audit Trail and
# Node Authentication*
#
# **Next:** notebook 41. We switch the lights on.
