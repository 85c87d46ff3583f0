# %% [markdown]
# # Write your first rule
#
# A rule says in a few lines what an intrusion looks like, so that a machine can watch while people sleep. **Sigma** is the format in which
# security teams share such rules. In this notebook you write two, and they are measured on a day that you have not looked at.
#
# **After this notebook you can**
#
# - write a Sigma rule: source, fields, condition;
# - count with a correlation;
# - say why a rule that rings for everything, or for one address, is worth nothing.
#
# About 40 minutes. For security teams and PACS administrators. Lesson: `detect-first-rule`.

# %% [markdown]
# ## Two mornings
#
# You know the first. The second has other patients at other times, and the same kinds of visitors with other names and addresses. Don't
# look at it: it stands for next week. (If they are not recorded yet, they are played now, about fifteen seconds each.)

# %%
from lab import Lab

lab = Lab(language="en")  # language
visitors = ["survey-sweep", "bulk-get", "password-spray", "zip-download", "scanner"]
known = lab.day(hours=2, speed=720, seed=41, intrusions=visitors, again=False)

# %%
unseen = lab.day(hours=2, speed=720, seed=44, intrusions=visitors, again=False)
events = lab.events(known)
len(events), len(lab.events(unseen))

# %% [markdown]
# ## Look first
#
# What do queries look like? `dicom.wildcard` is 1 when a query names nobody, and so asks for everybody. `dicom.declared` is 1 when the hospital
# has declared the AE title.

# %%
audited = events[events["event.dataset"] == "orthanc.audit"]
queries = audited[audited["event.action"] == "c-find"]
queries.groupby(["dicom.calling_aet", "dicom.declared", "dicom.wildcard"]).size()

# %% [markdown]
# ## What a rule is made of
#
# - `logsource`: which events it looks at. `orthanc`/`audit`, `orthanc`/`log`, `nginx`/`access` and `nginx`/`stream`.
# - `detection`: named selections of fields and values. Within one, all must hold; a list of values means *one of these*.
# - `condition`: how the selections go together, with `and`, `or`, `not`.
# - `level`, `falsepositives`: for whoever is woken by it.
#
# This one rings for every query of the day:

# %%
everything = """
title: A query
logsource: {product: orthanc, service: audit}
detection:
  query:
    event.action: c-find
  condition: query
level: high
intrusion: survey-sweep
"""
lab.detect(everything, known)

# %% [markdown]
# It finds the intruder, and everybody else with her. `intrusion` is no part of Sigma; it tells the lab what the rule is for, so that it isn't asked
# for the other visitors.
#
# And this one is exact:

# %%
sweep = next(request for request in known.truth.requests if request.intrusion == "survey-sweep")
one_address = everything.replace("c-find", f"c-find\n    source.ip: {sweep.address}")
lab.detect(one_address, known, unseen)

# %% [markdown]
# Exact, on the day that one knows. The next intruder has another address, and in the containers' sandbox everybody on the Internet shares one. A
# rule should describe *what is done*.
#
# ### Exercise: the query of the survey
#
# Change the rule so that it rings for the query that the survey of 2019 made, and for no workstation. It passes with precision and recall of at least
# 0.95 on the unseen day. Stuck? `lab.hint("detect-first-rule", "sweep")`.

# %%
# solution
my_rule = """
title: Query for everybody by an unknown client
logsource: {product: orthanc, service: audit}
detection:
  query:
    event.action: c-find
    dicom.wildcard: 1
    dicom.declared: 0
  condition: query
falsepositives:
  - A new workstation that was connected before it was declared
level: critical
intrusion: survey-sweep
"""
# trainee: my_rule = everything  # write a better one
# end solution
lab.detect(my_rule, known)

# %%
lab.answer("detect-first-rule", "sweep", my_rule, known, unseen)

# %% [markdown]
# ## Counting
#
# One failed login is a typing error. Forty are an attack. To count, Sigma has **correlations**: a second document, behind `---`, that refers to the
# first by its `name`. `event_count` counts events, `value_count` the different values of a field; `group-by` says what is counted separately,
# `timespan` in which time.
#
# Refused logins stand in the gateway's log, with status 401 (or 429, when the gateway slows somebody down). By account they don't stand out: that
# is what a *spray* is for.

# %%
refused = events[events["http.response.status_code"].isin([401, 429]) & events["user.name"].notna()]
refused.groupby(["source.ip", "user.name"]).size()

# %% [markdown]
# ### Exercise: the spray
#
# Complete the rule. By what should be counted, in which time, and from how many on? Stuck? `lab.hint("detect-first-rule", "spray")`.

# %%
failed = """
title: Failed login
name: failed_login
logsource: {product: nginx, service: access}
detection:
  refused:
    http.response.status_code: [401, 429]
    user.name|exists: true
  condition: refused
---
title: Password spray
level: high
intrusion: password-spray
correlation:
  type: event_count
  rules: [failed_login]
"""
# solution
spray = (
    failed
    + """\
  group-by: [source.ip]
  timespan: 2h
  condition: {gte: 10}
"""
)
# trainee: # by whom, in which time, how many?
# trainee: spray = failed + """\
# trainee:   group-by: [user.name]
# trainee:   timespan: 1m
# trainee:   condition: {gte: 100}
# trainee: """
# end solution
lab.detect(spray, known)

# %%
lab.answer("detect-first-rule", "spray", spray, known, unseen)

# %% [markdown]
# <details><summary>To think about: the rule groups by address. Is that not an address in a rule?</summary>
#
# No: it doesn't say *which*. But where many share one address (behind a provider's network, or in the containers' sandbox), it counts them together.
# Then choose the number so that what the hospital's own people get wrong in that time doesn't reach it. The lab's own rule counts the different
# names that were tried: whoever mistypes a password, mistypes his own.
#
# </details>
#
# <details><summary>To think about: precision or recall?</summary>
#
# A missed intruder costs once, a false alarm every night. A rule that rings in vain ten times a day is switched off within a week, and then its
# recall is zero.
#
# </details>

# %% [markdown]
# The lab comes with rules of its own, one for each intrusion: `pacslab rules list` shows them, `pacslab rules export` gives you the files with
# the pipeline for your own SIEM.

# %%
lab.detect("survey-sweep", known, unseen)

# %% [markdown]
# ## In this notebook we
#
# - looked at the events before writing a rule;
# - wrote a rule with fields and one that counts;
# - measured both on a day that we had not seen.
#
# **References.** Sigma specification, *Rules* and *Correlation rules* (sigmahq.io) · MITRE ATT&CK T1110.003, *Password Spraying* · T1213, *Data from
# Information Repositories*
#
# **Next:** notebook 44. Somebody who has time.
