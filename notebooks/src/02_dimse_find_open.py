# %% [markdown]
# # Any DICOM client may list the patients
#
# The survey of 2019 needed no web page. It asked the archives in their own language, DICOM, and they answered. In this
# notebook you ask the same question over a real DICOM association, and you learn why an AE title is no password.
#
# **After this notebook you can**
#
# - explain AE title, association and C-FIND, and why none of them keeps a stranger out by itself;
# - query an archive as a client that nobody declared, and read the logs that this leaves;
# - repair it in the two places where it is open, and say why one of them alone is not enough.
#
# About 35 minutes. For PACS administrators, network administrators and modality engineers. Scenario: `dimse-find-open`.

# %% [markdown]
# ## The story
#
# *(Modelled.)* A new workstation could not query the archive: it did no TLS, and nobody had declared it there. The
# quickest way was to switch TLS off and to let everybody query. It worked, and once the DICOM port was forwarded, the
# radiologist's workstation at home worked too. So did everything else on the Internet.

# %% [markdown]
# ## Five words of DICOM
#
# | word | what it is |
# |---|---|
# | **AE title** | the name by which an application entity goes: up to 16 characters, such as `CT1` or `WORKST1` |
# | **association** | the conversation between two of them; the caller gives its own title (*calling*) and the one it wants (*called*) |
# | **modality** | an imaging machine (CT, MR, X-ray …); Orthanc calls every DICOM partner it knows a modality |
# | **C-FIND** | the query: the caller sends attributes, some filled in, some empty; the archive sends back what matches |
# | **C-STORE, C-GET** | sending an object to the archive, fetching one from it |
#
# There is no password in this table. The protocol has none. What it can have is **TLS**: an encrypted connection on which
# each side shows a certificate, and then both know whom they talk to. Few archives use it.

# %% [markdown]
# ## Look: the healthy archive
#
# Bring the site into its healthy state. Who does the archive know, and what may each of them do? Here the archive does
# TLS, and the hospital has given each of its machines a certificate.

# %%
from lab import Lab

lab = Lab(language="en")  # language
lab.harden()
print(*lab.site.modalities.values(), sep="\n")

# %% [markdown]
# The workstation is declared, with the right to query. It calls under its title `WORKST1` and gets an answer. Look at the
# last line of the card: who called whom, and from where.

# %%
lab.find("workstation", calling="WORKST1", StudyDescription="", StudyDate="", ModalitiesInStudy="")

# %% [markdown]
# The CT is declared too, but only to store. May it also ask?

# %%
lab.find("ct", calling="CT1")

# %% [markdown]
# A visitor has plugged a laptop into a free socket in the department. Nobody has declared it.

# %%
lab.find("visitor", calling="INTRUDER")

# %% [markdown]
# Refused, and not by DICOM: the laptop does TLS as well as anybody, but it has no certificate to show. The visitor reads
# `WORKST1` on the sheet beside the workstation and calls under that name. Does it help?

# %%
lab.find("visitor", calling="WORKST1")

# %% [markdown]
# <details><summary>Why not?</summary>
#
# The conversation does not get as far as titles: without a certificate of the hospital there is no connection. And behind
# TLS there is a second bolt, `DicomCheckModalityHost`: the archive compares not only the title but also the address that
# it was declared with.
#
# </details>
#
# And from the Internet? There the DICOM door is closed in the first place.

# %%
lab.find("intruder", calling="INTRUDER")

# %% [markdown]
# ## Break it
#
# Switch TLS off, let everybody query, and forward the port. What has turned red?

# %%
lab.misconfigure("dimse-find-open")

# %%
lab.picture()

# %% [markdown]
# ## See it as an outsider
#
# You are on the Internet, with a DICOM client and a made-up title. You know the address, not the archive's AE title. So
# you try a few. Does the archive answer differently when you guess right?

# %%
for title in ("ORTHANC", "PACS", "ARCHIVE", "PACSLAB"):
    found = lab.find("intruder", called=title)
    print(f"{title:8}", found.refusal or len(found))

# %% [markdown]
# It does: of a wrong title it says that *this* is what it did not recognise; to the right one it answers, with so many
# matches. Tools such as nmap's `dicom-brute` try long lists that way. Now put the survey's question: every study, and of
# each the patient's name and date of birth, the date, the procedure, the physician and the facility.

# %%
found = lab.find("intruder", called="PACSLAB")
found

# %% [markdown]
# One answer in full, as it came over the wire: a DICOM dataset.

# %%
found.matches[0]

# %% [markdown]
# ### Exercise: look for somebody
#
# An intruder who wants one person does not read lists. In a C-FIND, an empty key is asked for, and a key with a value must
# match: `*` stands for any characters, and two dates with `-` between them are a range. Find the patients born from 1970
# to 1989, with their names and what was done: fill in `PatientBirthDate`.

# %%
# solution
born = "19700101-19891231"
# trainee: born = ""  # a range of dates: YYYYMMDD-YYYYMMDD
# end solution
lab.find("intruder", PatientName="", PatientBirthDate=born, StudyDescription="")

# %% [markdown]
# <details><summary>To think about: “We have limited queries to five answers, so nobody can copy the list.” True?</summary>
#
# No. As you have just seen, one can ask for less at a time: by letter of the name, by year of birth, by modality, by day.
# A limit slows somebody down who wants everything. It does not stop somebody who looks for one person.
#
# </details>

# %% [markdown]
# ### The probe
#
# The lab's probe asks the survey's question twice: from the Internet, and if that fails, from a visitor's laptop inside
# the clinic. Which of the two does it need here?

# %%
lab.probe("dimse-find-open")

# %% [markdown]
# ## Find it in the logs
#
# The gateway's stream log first. Look for the intruder's address and port 4242.

# %%
intruder = lab.live().station("intruder").address
visits = [line for line in lab.logs("gateway-stream", 200) if line.startswith(intruder) and ":4242 " in line]
print(*visits[-5:], sep="\n")

# %% [markdown]
# Connections and bytes: enough to see that somebody was there, not what was asked. Find the largest `out=`: that is about
# the size of the patient list. Now all logs, also at Orthanc's level *verbose*:

# %%
lab.traces("dimse-find-open")

# %% [markdown]
# <details><summary>To think about: the log says that the client's AE title was INTRUDER. What does that prove?</summary>
#
# Nothing. The calling title is what the caller says of itself; a real intruder would have said `WORKST1`. What counts is
# the address in the line of the association or in the gateway's log, and whether that address has any business here.
#
# </details>

# %% [markdown]
# ## Repair
#
# Two lines of the site let everybody in. Look at them: the archive's rule about queries, and the zones in which the
# gateway publishes the DICOM port. (The third, TLS, is a weakness of its own, `dicom-no-tls`: who listens reads along. The
# new workstation cannot do it yet, so leave it for now.)

# %%
lab.site.orthanc["DicomAlwaysAllowFind"], lab.site.data()["gateway"]["publish"]["dicom"]

# %% [markdown]
# ### Exercise: close it
#
# Write the overlay. It has two sections this time: `{"orthanc": {…}, "gateway": {"publish": {…}}}`, and a list of zones
# replaces the old list as a whole. The radiologists must be able to go on working. Stuck? `lab.hint("dimse-find-open")`.

# %%
# solution
repair = {
    "orthanc": {"DicomAlwaysAllowFind": False},
    "gateway": {"publish": {"dicom": ["clinic"]}},
}
# trainee: repair = {}  # your change to the site
# end solution
print(lab.change(repair))

# %% [markdown]
# ## Prove it
#
# Green when the query fails from the Internet *and* from inside the clinic, and the day runs: the CT stores, the
# workstation finds and retrieves.

# %%
lab.check("dimse-find-open")

# %% [markdown]
# By hand: what does the visitor inside the clinic get now?

# %%
lab.find("visitor", calling="INTRUDER")

# %% [markdown]
# And the workstation, for which it was all opened in the first place?

# %%
lab.find("workstation", calling="WORKST1", StudyDescription="", StudyDate="", ModalitiesInStudy="")

# %% [markdown]
# <details><summary>To think about: what should have been done on the day when the new workstation could not query?</summary>
#
# Declare it: its AE title, its address, and the right to query, and no more than that. In this lab:
# `{"modalities": {"workstation2": {"aet": "WORKST2", "host": "…", "find": true}}}`. That takes about as long as opening
# the archive to everybody.
#
# </details>

# %% [markdown]
# ## The repairs that colleagues propose
#
# Which one is right? Decide before you try.

# %%
lab.fixes("dimse-find-open")

# %% [markdown]
# Write the number of your choice; the archive is broken anew, repaired your way and checked. Try the wrong ones too.

# %%
# solution
choice = 2
# trainee: choice = 1  # your choice, 1 to 5
# end solution
lab.misconfigure("dimse-find-open")
lab.fix("dimse-find-open", choice)

# %%
lab.check("dimse-find-open")

# %% [markdown]
# <details><summary>All five, and what comes of them</summary>
#
# 1. *Another AE title*: **still open.** A title is an address, not a secret: it stands on configuration sheets, crosses the
#    network in the clear and can be tried out, as you did.
# 2. *Declared modalities only, port closed outside*: **repaired.**
# 3. *Limit the answers*: **still open.** Five at a time is still everybody.
# 4. *Close the port outside, change nothing else*: **still open.** Inside, any laptop lists every patient.
# 5. *Close the port everywhere*: **stops the hospital.** The CT cannot store, the workstation cannot read.
#
# </details>
#
# <details><summary>To think about: is the repaired archive safe against somebody who takes the workstation's address?</summary>
#
# No. Title and address are what a client says and where it sits; both can be taken over by somebody who is on the same
# network. What proves who is calling is a certificate: TLS on both sides (DICOM PS3.15, secure transport), as the healthy
# site has it. What you have now keeps out everybody who has not got that far.
#
# </details>

# %% [markdown]
# Leave the site healthy:

# %%
lab.harden()

# %% [markdown]
# ## What it means
#
# **For patients.** A list of examinations without a single image already says who was examined, when, for what and by
# whom. That is the list which the survey of 2019 could read.
#
# **For the hospital.** Answering only declared equipment, and only with the rights that it needs, is data protection by
# design and by default (GDPR, article 25) and belongs to the security of processing (article 32). It is also rarely done:
# of 3,627 servers counted in November and December 2025, 99.56 % did not check AE titles (TrendAI, press). The duties to
# notify are the same as in notebook 01 (articles 33 and 34).

# %% [markdown]
# ## In this notebook we
#
# - queried the archive over real DICOM associations: as the workstation, the CT, a visitor and an intruder;
# - guessed the archive's AE title from the way it refuses, and asked the question of the 2019 survey;
# - saw that the gateway logs address and bytes, that Orthanc says more only at *verbose*, and that a calling title proves
#   nothing;
# - let declared modalities only query, closed the port outside, and proved both.
#
# **References.** Greenbone Networks' survey of 2019 and its method (iTnews) ·
# [DICOM PS3.4](https://dicom.nema.org/medical/dicom/current/output/html/part04.html), C.4.1: C-FIND ·
# [DICOM PS3.15](https://dicom.nema.org/medical/dicom/current/output/html/part15.html), secure transport · NIST SP 1800-24,
# *Securing Picture Archiving and Communication System* · GDPR, articles 25, 32, 33 and 34
#
# **Next:** notebook 03. The door asks for a password, and somebody reads along.
