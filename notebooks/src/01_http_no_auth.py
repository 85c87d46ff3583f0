# %% [markdown]
# # The archive that asks nobody who they are
#
# The gravest finding of 2019: 39 archives showed their patients in an unencrypted web viewer, to anyone, without asking
# for a password. In this notebook you build the fortieth, read it, and close it.
#
# **After this notebook you can**
#
# - show what an archive without authentication gives to a stranger, in the patient's terms;
# - say where such a visit leaves a trace, and where it leaves none;
# - repair it so that the hospital goes on working, and explain why some sensible repairs fail.
#
# About 30 minutes. For PACS administrators, network administrators and heads of radiology. Scenario: `http-no-auth`.

# %% [markdown]
# ## The story
#
# *(Modelled: this hospital is invented, its mistake is not.)* A vendor's technician could not get the new viewer to log
# in. So he switched authentication off “until Monday”, and had port 8042 forwarded so that the referring doctors could
# test from home. It worked at once, and Monday never came.

# %% [markdown]
# ## Look: the healthy archive
#
# Bring the site into its healthy state and look at the drawing. Which door is open on the Internet, and does the archive
# ask for an account?

# %%
from lab import Lab

lab = Lab(language="en")  # language
lab.harden()
lab.picture()

# %% [markdown]
# Now the same question as in notebook 00, as the intruder: give me your patients. Expect `401`.

# %%
with lab.web("intruder", "https") as client:
    answer = client.get("/patients")
answer.status_code

# %% [markdown]
# ## Break it
#
# Do what the technician did. The card names the weakness that you made; in the drawing, look for what has turned red.

# %%
lab.misconfigure("http-no-auth")

# %%
lab.picture()

# %% [markdown]
# ## See it as an outsider
#
# From here on you are the intruder: an address on the Internet, no account, and nothing but a browser's kind of request.
# First: who is there? Name, version, and even the name by which the archive goes in DICOM.

# %%
with lab.web("intruder") as client:
    system = client.get("/system").json()
{key: system[key] for key in ("Name", "Version", "DicomAet")}

# %% [markdown]
# Second: is it worth staying? `/statistics` tells how much there is to take.

# %%
with lab.web("intruder") as client:
    counts = client.get("/statistics").json()
counts

# %% [markdown]
# Third: whose records are they? Each line below is one examination of one patient.

# %%
with lab.web("intruder") as client:
    studies = client.get("/studies", params={"expand": "", "since": 0, "limit": 6}).json()

for study in studies:
    person, examination = study["PatientMainDicomTags"], study["MainDicomTags"]
    print(person["PatientName"], person["PatientBirthDate"], examination["StudyDate"], examination["StudyDescription"])

# %% [markdown]
# The printed line is not all there is. Look at everything that the archive says about a single examination.

# %%
studies[0]["PatientMainDicomTags"] | studies[0]["MainDicomTags"]

# %% [markdown]
# <details><summary>To think about: compare this with the list of notebook 00, “What each record gave away”. What is there, and what more?</summary>
#
# Name, date of birth, examination date, procedure, physician and facility are all there. `OtherPatientIDs` adds what the
# press reported from the USA only: a social security number, here a French one. (Its month, the fourth and fifth digit,
# is one that no birth has: no living person bears this number.)
#
# </details>

# %% [markdown]
# And the images themselves, which nobody had to log in for:

# %%
lab.look("intruder")

# %% [markdown]
# ### Exercise: how many people would have to be told?
#
# A data protection officer who reports this to the authority must say how many **persons** and how many **records** are
# concerned, at least roughly (GDPR, article 33(3)(a)). Take the two numbers from `counts`, counting a study as a record.

# %%
# solution
persons = counts["CountPatients"]
records = counts["CountStudies"]
# trainee: persons = 0  # which entry of counts?
# trainee: records = 0  # and which one here?
# end solution
persons, records

# %% [markdown]
# ### The probe
#
# The lab has a probe that does what you have just done by hand. It plays the outsider, notes each request, and says what
# came back in the patients' terms. The check at the end uses it, too. Compare its numbers with yours.

# %%
lab.probe("http-no-auth")

# %% [markdown]
# ## Find it in the logs
#
# You have read the whole archive's directory and several images. What does Orthanc's own log say of it? Look for a line
# with `GET`. The lines with `AUDIT` are left out: a script of the lab's hardened site writes them, and an Orthanc as it is
# delivered has no such script.

# %%
print(*[line for line in lab.logs("orthanc", 400) if "AUDIT" not in line][-15:], sep="\n")

# %% [markdown]
# Not a word of your visit. At its default level Orthanc writes that it started, and here even that its set-up may be
# insecure (did you see that line?), but it writes of no request that succeeds. To have it write one, somebody must have
# thought of it beforehand. That is what the audit script is for; you meet it again in the chapter on detection.
#
# The gateway forwards the plain port as a stream of bytes, and notes each connection: from whom, when, to which door, how
# many bytes. Look for the intruder's address.

# %%
intruder = lab.live().station("intruder").address
visits = [line for line in lab.logs("gateway-stream", 200) if line.startswith(intruder) and ":8042 " in line]
print(*visits[-5:], sep="\n")

# %% [markdown]
# `in=` counts what the visitor sent, `out=` what went back. The lines with `in=0 out=0` are the lab's probe, which
# knocks before it enters. Now the whole account: the lab breaks in once more and shows what each log says, also at
# Orthanc's level *verbose*.

# %%
lab.traces("http-no-auth")

# %% [markdown]
# <details><summary>To think about: a colleague says “nothing in Orthanc's log, so nobody was there”. What do you answer?</summary>
#
# That this log would look the same if the whole archive had been copied. By default it says nothing about a successful
# request, and even at *verbose* it shows neither address nor user. Who was there stands only in the gateway's log, if
# there is a gateway, if it keeps that log, and if somebody looks at it. Without such a log one has to assume the worst,
# and say so in the notification.
#
# </details>

# %% [markdown]
# ## Repair
#
# A repair is written as an **overlay**: a dictionary that names what changes in the site, and nothing else. The site has a
# section for each of its parts: `orthanc` and `gateway` for the two programs, `users` for the accounts, and others that you
# meet later. These are the options of its archive; which one decides whether anybody is asked for an account?

# %%
lab.site.orthanc

# %% [markdown]
# ### Exercise: close it
#
# Write your repair in the form `{"section": {"Option": value}}`. Stuck? `lab.hint("http-no-auth")` helps, in three steps.
# What is printed is the difference between the site as it was and as it is now: `-` went, `+` came.

# %%
# solution
repair = {"orthanc": {"AuthenticationEnabled": True}}
# trainee: repair = {}  # your change to the site
# end solution
print(lab.change(repair))

# %% [markdown]
# ## Prove it
#
# The check tries the intrusion again, looks whether anything else got worse, and plays the clinic's day. Green means: it
# holds. Otherwise read which line is red, go back to the exercise, and try again.

# %%
lab.check("http-no-auth")

# %% [markdown]
# And with your own eyes, as the intruder. After a good repair there is nothing to see.

# %%
lab.look("intruder")

# %% [markdown]
# ## The repairs that colleagues propose
#
# Five proposals were on the table. Read them and decide for yourself, before you try: which one is right? What would
# become of each of the others?

# %%
lab.fixes("http-no-auth")

# %% [markdown]
# Write the number of your choice. The next two cells break the site anew, make that repair and have it checked; below the
# headline the card says why. **Try the wrong ones too:** each fails in a way of its own.

# %%
# solution
choice = 3
# trainee: choice = 1  # your choice, 1 to 5
# end solution
lab.misconfigure("http-no-auth")
lab.fix("http-no-auth", choice)

# %%
lab.check("http-no-auth")

# %% [markdown]
# <details><summary>All five, and what comes of them</summary>
#
# 1. *Close port 8042 and leave only HTTPS*: **still open.** TLS protects the way, not the door. The intruder now reads the
#    same records encrypted.
# 2. *Switch the web interface off*: **still open.** Only the pages are gone. You never used them: you asked the REST API.
# 3. *Switch authentication on*: **repaired.**
# 4. *Allow no remote access at all*: **stops the hospital.** To the archive everybody is remote, its own doctors too.
# 5. *Publish inside the hospital only*: **still open.** Inside, whoever finds a free socket still reads everything, and the
#    referring doctor is locked out besides.
#
# </details>
#
# <details><summary>To think about: the right repair leaves port 8042 open on the Internet. Is that all right?</summary>
#
# No. Now the archive asks for a password, and the password crosses the Internet in the clear. That is another weakness,
# which came along with this one; the lab therefore does not count it against your repair here. Notebook 03 is about it.
#
# </details>

# %% [markdown]
# Leave the site healthy:

# %%
lab.harden()

# %% [markdown]
# ## What it means
#
# **For patients.** The repair takes a minute; what was read stays read. Nobody can call back a name, a date of birth and
# a diagnosis that may follow from the procedure.
#
# **For the hospital.** These are health data (GDPR, article 9), and keeping strangers out of them is the least that
# security of processing asks for (article 32). An archive that stood open is a personal data breach: the authority is to
# be told within 72 hours of becoming aware of it, unless a risk to the persons is unlikely (article 33), and the persons
# themselves where the risk is high (article 34). Switching authentication on does not end these duties. The two doctors
# whom the CNIL fined in December 2020 had breached articles 32 and 33.

# %% [markdown]
# ## In this notebook we
#
# - switched authentication off and read names, dates, procedures and images as a stranger, with plain requests;
# - found that Orthanc's log is silent by default and that only the gateway's stream log shows the visitor's address;
# - switched authentication on, proved it, and saw that the clinic's day still runs;
# - saw that encryption, hiding the pages and locking everybody out are no substitutes for asking who is there.
#
# **References.** CVE-2025-0896 (Orthanc before 1.5.8: remote access without authentication) and CISA advisory
# ICSMA-25-037-02 · [CWE-306: Missing Authentication for Critical Function](https://cwe.mitre.org/data/definitions/306.html)
# · Orthanc Book, *Securing Orthanc* · GDPR, articles 9, 32, 33 and 34 · CNIL, decision SAN-2020-015 (GDPRhub)
#
# **Next:** notebook 02. No web page, no password prompt: any DICOM client may list the patients.
