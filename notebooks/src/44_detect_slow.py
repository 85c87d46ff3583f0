# %% [markdown]
# # The slow intruder
#
# No query for everything, no strange AE title, no hurry. Somebody in the clinic's network calls himself by the name of a workstation and asks for a
# few patients at a time. No single question is remarkable. In this notebook you find him all the same.
#
# **After this notebook you can**
#
# - explain why a single event can't show a slow enumeration;
# - count different values over hours;
# - say what a borrowed AE title is worth as evidence.
#
# About 25 minutes. For security teams and PACS administrators. Lesson: `detect-slow`.

# %% [markdown]
# ## Four hours
#
# Two mornings: one to look at, one for the exam. Each is played once (about twenty seconds) and taken up again afterwards, also by notebook 45.

# %%
from lab import Lab

lab = Lab(language="en")  # language
visitors = ["slow-enumeration", "insider"]
known = lab.day(hours=4, speed=960, seed=125, intrusions=visitors, again=False)

# %%
unseen = lab.day(hours=4, speed=960, seed=168, intrusions=visitors, again=False)

# %% [markdown]
# The rule of notebook 43 is silent: the AE title is declared, and each query names somebody.

# %%
lab.detect("survey-sweep", known)

# %% [markdown]
# ## Look for the pattern
#
# Names may be asked for with wildcards: `A*` means everybody whose name begins with A. The column `dicom.pattern` has such patterns.

# %%
events = lab.events(known)
queries = events[(events["event.dataset"] == "orthanc.audit") & (events["event.action"] == "c-find")]
asked = ["timestamp", "dicom.calling_aet", "source.ip", "dicom.pattern", "dicom.keys"]
queries[asked].head(12)

# %% [markdown]
# ### Exercise: under whose name?
#
# Which AE title asked for patterns of names, and for how many different ones?

# %%
# solution
patterns = queries[queries["dicom.pattern"].notna()].groupby("dicom.calling_aet")["dicom.pattern"].nunique()
title, number = patterns.idxmax(), int(patterns.max())
# trainee: title, number = "", 0
# end solution
lab.answer("detect-slow", "borrowed", known, title, number)

# %% [markdown]
# The workstation of that name stands where it always stood, and worked all morning. An **AE title is a claim**: whoever can send a
# packet can make it.

# %% [markdown]
# ### Exercise: a rule with patience
#
# Write a correlation that rings when one client asks for many *different* patterns. Count values, not events: a front desk that searches the same
# name ten times is no enumeration. It passes with precision and recall of at least 0.95 on the unseen morning. Stuck?
# `lab.hint("detect-slow", "rule")`.

# %%
base = """
title: Query by a pattern of names
name: query_by_pattern
logsource: {product: orthanc, service: audit}
detection:
  query:
    event.action: c-find
    dicom.pattern|exists: true
  condition: query
---
title: The patients are listed letter by letter
level: high
intrusion: slow-enumeration
correlation:
  rules: [query_by_pattern]
  group-by: [dicom.calling_aet]
"""
# solution
rule = (
    base
    + """\
  type: value_count
  timespan: 12h
  condition: {field: dicom.pattern, gte: 10}
"""
)
# trainee: # too hasty: three events within a minute
# trainee: rule = base + """\
# trainee:   type: event_count
# trainee:   timespan: 1m
# trainee:   condition: {gte: 3}
# trainee: """
# end solution
lab.detect(rule, known)

# %%
lab.answer("detect-slow", "rule", rule, known, unseen)

# %% [markdown]
# <details><summary>To think about: is there no shorter way? The address is wrong, after all</summary>
#
# Where addresses survive into the log, there is: `source.expected` is 0 when a declared AE title speaks from another address than its own, and the
# lab's rule `borrowed-aet` rests on it. Behind a gateway that hides addresses (as in the containers' sandbox) it is empty, and an intruder who
# sits at the workstation itself has the right one. The rule that describes what is done holds in all three cases.
#
# </details>
#
# <details><summary>To think about: and if he asks once a day?</summary>
#
# Then it takes him a month, and twelve hours are too short. Every time span is a bargain: the longer, the more must be kept in memory, and the
# later it rings. `DicomCheckModalityHost`, TLS with certificates and `LimitFindResults` make his work harder *before* any rule rings.
#
# </details>

# %% [markdown]
# ## In this notebook we
#
# - saw that a single event can't show a slow enumeration;
# - counted different patterns over hours;
# - found the borrowed AE title, and did not blame the workstation.
#
# **References.** DICOM PS3.4, C.2.2.2.4: wild card matching · Sigma specification, *Correlation rules* · MITRE ATT&CK T1213, *Data from
# Information Repositories*
#
# **Next:** notebook 45. Somebody who may.
