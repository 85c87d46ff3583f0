# %% [markdown]
# # Who must be told
#
# The alarm has rung; now the data protection officer is on the phone. Which patients? Which data? From when to when, by whom, and were the images
# copied or only listed? The answers decide who must be told, and until when. In this notebook you find them in the sensors and fill in the form.
#
# **After this notebook you can**
#
# - get from a first alarm to the facts that article 33 of the GDPR asks for;
# - tell *listed* from *copied*;
# - say until when the authority must be told, and whether the patients must be, too.
#
# About 35 minutes. For data protection officers, security teams and IT management. Lesson: `detect-breach`. *(This is teaching, not legal advice.)*

# %% [markdown]
# ## The first alarm
#
# The recording of notebook 40 once more. The lab's rule for copies by C-GET:

# %%
from datetime import timedelta

from lab import Lab

lab = Lab(language="en")  # language
visitors = ["survey-sweep", "bulk-get", "password-spray", "zip-download", "scanner"]
day = lab.day(hours=2, speed=720, seed=41, intrusions=visitors, again=False)
lab.detect("bulk-get", day)

# %% [markdown]
# ## Everything that the intruder did
#
# The alarm names an AE title. From there, follow it through the table of events, forwards and backwards.

# %%
events = lab.events(day)
taken = events[(events["event.action"] == "resource-sent") & (events["dicom.declared"] == 0)]
intruder = taken["dicom.calling_aet"].iloc[0]
trace = events[events["dicom.calling_aet"] == intruder]
trace[["timestamp", "event.action", "source.ip", "dicom.matches", "dicom.patient"]]

# %% [markdown]
# It begins with a query that names nobody, and `dicom.matches` says how many studies it was answered with. **A listed patient is
# concerned, too**: her name, date of birth and examination have left the house, even if no image of hers has.
#
# Which studies were listed, no line says. But it was everything that the archive held *at that moment*. The index says which study belongs
# to whom; what came in later was not in the answer.

# %%
query = trace[trace["event.action"] == "c-find"]["timestamp"].min()
received = events[events["event.action"] == "instance-received"]
first_image = received.groupby("dicom.study_uid")["timestamp"].min()
index = day.recording.json("index")
studies = {uid: patient for uid, patient in index.items() if "-" not in uid}
len(studies), "studies on this day;", int((first_image > query).sum()), "came after the query"

# %% [markdown]
# ## Exercise: the account
#
# - `patients`: the PatientIDs of all who were listed or copied.
# - `attributes`: what was given away of them. Choose from `name`, `birth_date`, `study_date`, `procedure`, `physician`, `facility`, `patient_id`,
#   `password` and `image`. Whoever has an image has its header.
# - `began`, `ended`: the first query and the last request, to within five minutes, by the clock of the day.
# - `by`: AE title or address.
# - `copied`: whether images left the archive.
#
# The card says what is not right yet, and not what would be. Stuck? `lab.hint("detect-breach", "account")`.

# %%
# solution
later = set(first_image[first_image > query].index)
account = lab.investigate(
    day,
    patients={patient for uid, patient in studies.items() if uid not in later},
    attributes={"name", "birth_date", "study_date", "procedure", "physician", "facility", "patient_id", "image"},
    began=query,
    ended=trace["timestamp"].max(),
    by=intruder,
    copied=True,
)
# trainee: account = lab.investigate(
# trainee:     day,
# trainee:     patients=set(),
# trainee:     attributes={"name"},
# trainee:     began=events["timestamp"].min(),
# trainee:     ended=events["timestamp"].max(),
# trainee:     by="",
# trainee:     copied=False,
# trainee: )
# end solution
account

# %%
lab.answer("detect-breach", "account", account)

# %% [markdown]
# ## The form
#
# Article 33(3) lists what a notification holds: nature of the breach, who and what is concerned, a contact, likely consequences, measures.
# The hospital became *aware* when somebody looked at the alarm. Here, an hour after it rang.

# %%
aware = trace["timestamp"].max() + timedelta(hours=1)
measures = ["The DICOM door to the Internet is closed.", "Unknown AE titles are refused."]
form = lab.notify(account, aware=aware, measures=measures)
form

# %% [markdown]
# ### Exercise: until when?
#
# Until when must the authority (in France the CNIL) be told? Give a date and time. Calculate; don't copy it from the form.

# %%
# solution
deadline = (aware + timedelta(hours=72)).to_pydatetime()
# trainee: deadline = aware.to_pydatetime()  # and then?
# end solution
lab.answer("detect-breach", "deadline", form, deadline)

# %% [markdown]
# ### Exercise: the patients
#
# Must the patients be told as well? `True` or `False`. Stuck? `lab.hint("detect-breach", "told")`.

# %%
# solution
told = True
# trainee: told = None
# end solution
lab.answer("detect-breach", "told", form, told)

# %% [markdown]
# `form.save("notification.html")` writes the form as a page to print.
#
# <details><summary>To think about: not everything is known within 72 hours</summary>
#
# Then one notifies what is known, and the rest in phases (article 33(4)). Being late needs reasons (article 33(1)); being incomplete doesn't, if
# one says so.
#
# </details>
#
# <details><summary>To think about: with the default log only</summary>
#
# Go back to notebook 40: one line. With that, *who is concerned* can only be answered by “possibly everybody”, and then everybody
# must be told. Sensors don't prevent a breach. They make the letter shorter.
#
# </details>

# %% [markdown]
# ## In this notebook we
#
# - followed an alarm to everything that an intruder did;
# - worked out who was listed and who was copied;
# - filled in the notification, with its deadline.
#
# **References.** GDPR, articles 4(12), 33 and 34 · EDPB, Guidelines 9/2022 on personal data breach notification · CNIL, *Notifier une violation de
# données personnelles*
#
# **End of this part.** Your progress: `lab.lessons()`.
