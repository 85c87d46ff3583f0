# %% [markdown]
# # The insider
#
# She has an account, a password and a reason to be here. She opens the ordinary viewer at her own desk and reads records of patients whom she
# doesn't treat: a neighbour, a colleague, somebody from the newspaper. Every request is allowed. In this notebook you find out
# what the log lacks, and where to get it.
#
# **After this notebook you can**
#
# - say why no log can tell curiosity from care;
# - bring a treatment relation to the events as a lookup;
# - write a rule that leaves the colleague on call in peace.
#
# About 25 minutes. For data protection officers, security teams and medical information departments. Lesson: `detect-insider`.

# %% [markdown]
# ## The mornings of notebook 44
#
# Taken up again, or played now if you come here first.

# %%
from lab import Lab

lab = Lab(language="en")  # language
visitors = ["slow-enumeration", "insider"]
known = lab.day(hours=4, speed=960, seed=125, intrusions=visitors, again=False)

# %%
unseen = lab.day(hours=4, speed=960, seed=168, intrusions=visitors, again=False)
events = lab.events(known)

# %% [markdown]
# ## What the log knows
#
# Who opened how many different patients' studies? If curiosity could be counted, somebody would stand out here.

# %%
audited = events[(events["event.dataset"] == "orthanc.audit") & (events["event.action"] == "http")]
opened = audited[audited["dicom.resource_type"] == "study"]
opened.groupby("user.name")["dicom.patient"].nunique().sort_values()

# %% [markdown]
# Somebody stands at the end of every list. Some doctors have many patients, others few, and the backup opens everybody's: the number says nothing.
#
# ## What the hospital knows
#
# The hospital's information system knows who treats whom. The recording has an extract of it (*modelled*): account → patients.

# %%
treatment = known.recording.day.treatment
{account: len(patients) for account, patients in treatment.items()}

# %% [markdown]
# The parsers bring this **lookup** to the events. `user.in_care` is 1 when the patient is in this doctor's care, 0 when not, and empty where
# nobody can say (backup, administrator).

# %%
opened.groupby(["user.name", "user.in_care"])["dicom.patient"].nunique().unstack()

# %% [markdown]
# ### Exercise: whose account, whose records?
#
# Which account opened the records of several patients outside its care, and of which (`dicom.patient`)? Stuck?
# `lab.hint("detect-insider", "who")`.

# %%
# solution
outside = opened[opened["user.in_care"] == 0]
account = outside.groupby("user.name")["dicom.patient"].nunique().idxmax()
patients = set(outside[outside["user.name"] == account]["dicom.patient"])
# trainee: account, patients = "", set()
# end solution
lab.answer("detect-insider", "who", known, account, patients)

# %% [markdown]
# ### Exercise: a rule that leaves colleagues in peace
#
# Doctors stand in for each other: now and then one opens a colleague's patient, and rightly so. Complete the rule so that it rings for a *row* of
# such records within a few hours. Stuck? `lab.hint("detect-insider", "rule")`.

# %%
base = """
title: A record opened without a treatment relation
name: record_without_treatment
logsource: {product: orthanc, service: audit}
detection:
  opened:
    event.action: http
    http.request.method: GET
    dicom.resource_type: study
    user.in_care: 0
  condition: opened
---
title: Records of several patients opened without a treatment relation
level: medium
intrusion: insider
correlation:
  rules: [record_without_treatment]
  group-by: [user.name]
  type: value_count
"""
# solution
rule = (
    base
    + """\
  timespan: 12h
  condition: {field: dicom.patient, gte: 4}
"""
)
# trainee: # fifty patients in ten minutes: nobody reads so fast
# trainee: rule = base + """\
# trainee:   timespan: 10m
# trainee:   condition: {field: dicom.patient, gte: 50}
# trainee: """
# end solution
lab.detect(rule, known)

# %%
lab.answer("detect-insider", "rule", rule, known, unseen)

# %% [markdown]
# <details><summary>To think about: the rule rings. What may one say to her?</summary>
#
# That an account opened these records, not that *she* did, and not why. The password may have been borrowed, the duty roster may be missing in the
# lookup. An alarm is the beginning of a question, which the data protection officer asks, and not the security team in the corridor.
#
# </details>
#
# <details><summary>To think about: watching staff</summary>
#
# A log of who opened which record is needed (HIPAA and the French PGSSI-S ask for traces of access), and it also watches people at work. Staff must
# know that it exists, what it is for and who reads it.
#
# </details>

# %% [markdown]
# ## In this notebook we
#
# - saw that allowed requests don't betray anybody;
# - brought knowledge from outside to the events, as a lookup;
# - wrote a rule that rings for a row of records, and not for one.
#
# **References.** GDPR, articles 5(1)(f) and 32 · HIPAA, 45 CFR 164.312(b): audit controls · MITRE ATT&CK T1078, *Valid Accounts*
#
# **Next:** notebook 46. Who must be told?
