# %% [markdown]
# # The lab and its rules, and what happened in 2019
#
# In 2019, more than 24 million patient records lay open on the Internet, with names, dates of birth and images. Nobody
# had broken in: the archives answered whoever asked. This course shows how that comes about, on an archive of your own
# that you may break as often as you like.
#
# **After this notebook you can**
#
# - say what the lab is made of, and which rules hold in it;
# - tell who stands where in the hospital's network, and which doors lead to the archive;
# - retell what the survey of 2019 found: its figures, where they come from, and where they contradict each other.
#
# About 25 minutes. Run the cells from top to bottom with **Shift + Enter**.

# %% [markdown]
# ## What this lab is
#
# A hospital's imaging archive, small enough for a laptop. The archive is a real one (Orthanc), and so is the gateway in
# front of it (nginx). Only the patients are invented. In each of the next notebooks you
#
# 1. look at the archive while it is healthy,
# 2. break it on purpose, the way it happens in practice,
# 3. see what an outsider sees,
# 4. look for the intrusion in the logs,
# 5. repair it,
# 6. have your repair checked: the weakness must be gone, **and the hospital must still work**.

# %% [markdown]
# ## The rules
#
# 1. **Only here.** The lab's clients connect to the lab's own networks on this computer and refuse every other address.
#    There is no switch for it.
# 2. **Only synthetic patients.** Every image in the archive carries marks that say so, and files without them are not
#    loaded. Never bring a real patient's images here: this archive is meant to be broken into.
# 3. **Nowhere else.** Try what you learn only on systems that you own, or that their owner has asked you in writing to
#    test. That a door stands open is no permission to walk in.
#
# > **The law, in one sentence:** in most countries it is an offence to enter somebody else's computer system without
# > being entitled to (in France: *code pénal*, article 323-1), and the records behind the door are health data, which
# > article 9 of the GDPR protects specially. When in doubt, ask a lawyer before you try, not afterwards.

# %% [markdown]
# ## Meet the hospital
#
# Take hold of the lab that runs on this computer and bring it into its healthy state. The card says which two programs
# run, and which addresses each zone of the network can reach.

# %%
from lab import Lab

lab = Lab(language="en")  # language
lab.harden()

# %% [markdown]
# The same as a drawing: where connections come from on the left, the gateway in the middle, the archive on the right.
# Look for the doors that stand open, and for those that are closed.

# %%
lab.picture()

# %% [markdown]
# A **zone** is where a connection comes from. In each zone stand **stations**; you will look through their eyes.
#
# | zone | what it is | stations |
# |---|---|---|
# | `clinic` | the imaging department | `ct`, the CT scanner · `workstation`, where radiologists read · `visitor`, a laptop on a free socket |
# | `office` | the offices | `administrator` of the archive, and your own browser |
# | `internet` | everywhere else | `doctor`, who refers patients and has an account · `intruder`, whom nobody knows |
#
# Three **doors** can lead from a zone to the archive. Which of them are open where is a line of the hospital's
# configuration, the **site**.
#
# | door | port | what it leads to |
# |---|---|---|
# | `http` | 8042 | the archive's web interface and REST API, unencrypted |
# | `https` | 8443 | the same through TLS, which the gateway does |
# | `dicom` | 4242 | DICOM's own network protocol, which scanners and workstations speak |

# %% [markdown]
# ## One legitimate look
#
# Dr Moreau refers patients to this hospital. She works from her practice, so she comes over the Internet, through HTTPS,
# and logs in with her account. Look at what stands below each picture.

# %%
name = "dr.moreau"
doctor = (name, lab.site.users[name].password)
lab.look("doctor", "https", user=doctor)

# %% [markdown]
# None of these people exists. Names and numbers come from a generator, the pictures are computed, and every identifier
# is built so that no real person can have it. Still, this is what the whole course is about: a picture of the inside of
# somebody's body, with the name beneath it.

# %% [markdown]
# ## Exercise: what does a stranger get?
#
# Stand where the intruder stands, before the same door, without an account. Put into `path` what you would try first,
# and look at the number that comes back.

# %%
# solution
path = "/patients"
# trainee: path = "/"  # what would a curious stranger ask for?
# end solution

with lab.web("intruder", "https") as client:
    answer = client.get(path)
answer.status_code

# %% [markdown]
# `401` means: *say who you are first*. Try `/patients`, `/system`, `/statistics` and `/app/explorer.html` too. Does any
# of them answer without an account?
#
# One thing the archive gives away even while it refuses. What can the intruder tell from this line?

# %%
answer.headers["www-authenticate"]

# %% [markdown]
# <details><summary>What to think of it</summary>
#
# The *realm* names the program: Orthanc. It is no weakness in itself, but it tells a stranger what to look up next. Search
# engines for connected devices record what systems say of themselves.
#
# </details>

# %% [markdown]
# ## What happened in 2019
#
# Between mid-July and early September 2019 the company Greenbone Networks examined medical imaging archives (PACS) that
# were connected to the Internet. It took no exploit and no special skill: search engines for connected devices gave the
# addresses of systems that speak DICOM, on ports such as 104 and 11112, and an ordinary DICOM viewer did the rest
# *(iTnews)*.
#
# | what was counted | figure |
# |---|---|
# | archives examined | about 2,300 |
# | of these, freely accessible | 590 |
# | of these, showing patients in an unencrypted web viewer with no access protection at all | 39 |
# | countries | 52 |
# | patient records | more than 24 million |
# | images linked to them | more than 737 million, or 731 million: see below |
# | of these, accessible or easily downloaded | about 400 million |
#
# *Greenbone Networks, as reported by two French press articles, September 2019 and August 2020.*
#
# **The sources disagree.** One article prints 737 million images, the other 731 million. We cannot tell which is right,
# so we give both, and so should you.

# %% [markdown]
# <details><summary>To think about: 590 archives were freely accessible, but only 39 had an open web viewer. How were the others read?</summary>
#
# Through DICOM itself. An archive that answers any DICOM query needs no web page to be read: any DICOM viewer will do.
# Notebook 02 is about that, notebook 01 about the web.
#
# </details>

# %% [markdown]
# ### Country by country
#
# | country | what was found | reported by |
# |---|---|---|
# | France | 7 unsecured servers, 47,500 patient files, more than 2.6 million images | the French articles |
# | Turkey | 36 systems, 4,924,141 records, 179,533,940 images, of which 178,283,858 accessible | AuntMinnieEurope |
# | USA | 13.7 million records, 45.8 million accessible images | cybersecurityintelligence |
# | USA | 187 servers, more than 5 million patients | ProPublica |
# | Germany | 15,000 records and 2.85 million images; elsewhere: more than 13,000 records, at least 5 sites | press; sources differ |
# | United Kingdom | about 1,500 records, about 5,000 images | press |
# | Australia | about 50,000 data sets, 2.5 to 2.6 million images | press |
# | Switzerland | 2 servers, more than 200,000 images | press |
#
# <details><summary>To think about: why are there two such different lines for the USA?</summary>
#
# They do not count the same thing: the one counts records, the other patients, and one patient can have many records. A
# figure without its unit, its date and its source cannot be compared with another.
#
# </details>

# %% [markdown]
# ### What each record gave away
#
# - the patient's name and first name,
# - the date of birth,
# - the date or dates of the examination,
# - the kind of imaging procedure,
# - the treating physician,
# - the name of the facility,
# - the number of images;
# - in the USA also social security numbers.
#
# *(Press reports of the survey.)* The lab's evidence counts in the same words.
#
# <details><summary>To think about: whom can this list harm, even without a single image?</summary>
#
# The patient. Who knows that you had a scan of the thorax on 3 May, at which hospital and for which doctor, can write you
# a letter that you will believe. Employers, insurers and relatives can draw conclusions from the kind of procedure alone.
# And a date of birth cannot be changed like a password.
#
# </details>

# %% [markdown]
# ### It did not end there
#
# | when | who counted | what |
# |---|---|---|
# | Nov 2019 | Greenbone | 35 million studies, 1.19 billion images, 370 million of them downloadable; 172 archives gone offline, 129 new |
# | Dec 2020 | CybelAngel | 45 million images, 2,140 servers, 67 countries |
# | Dec 2023 | Aplite | more than 3,800 servers, more than 110 countries, 16 million patients; less than 1 % effectively secured |
# | 2024 | Censys | 5,100 DICOM hosts |
# | Nov–Dec 2025 | TrendAI | 3,627 servers; 0.14 % with TLS, 99.56 % without checking the AE title |
# | May 2026 | NuClide | 4,818 candidates, 88 DICOM answers, **39 real archives** once honeypots were taken out |
#
# *(Press reports. Each counted in its own way.)* The last line is a lesson of its own: verify before you count.
#
# In France the CNIL fined two doctors on 7 December 2020: 3,000 € and 6,000 € (the second decision is SAN-2020-015), for
# breaches of articles 32 and 33 of the GDPR. The causes: ports opened in the router, a PACS misconfigured, images not
# encrypted *(GDPRhub, press)*. You will make these mistakes yourself in the next three notebooks.

# %% [markdown]
# ## How the lab grades
#
# A repair counts when
#
# 1. the **weakness is gone**: the outsider's attempt fails;
# 2. **nothing else got worse**: no other weakness opened;
# 3. **the clinic's day runs**: the CT stores a study, the workstation finds and retrieves it, the referring doctor opens
#    it with her account, the administrator reaches the REST API.
#
# Switching the archive off is no repair, and an archive that does not answer is *not checked*, never *safe*. The cell
# below tries every weakness of the course against the healthy site. Expect *safe*, or *not checked* with the reason why
# nothing can be said from outside.

# %%
lab.probe_all()

# %% [markdown]
# ## When you are stuck
#
# | you want | write | |
# |---|---|---|
# | a hint | `lab.hint("http-no-auth")` | each scenario has three; they are counted, not held against you |
# | to see the proposed repairs | `lab.fixes("http-no-auth")` | one is right; the others fail in an instructive way |
# | the healthy site again | `lab.harden()` | the archive's content stays as it is |
# | the first day again | `lab.reset()` | healthy site and the original patients; your progress and your files are kept |
# | to know where you are | `lab.status()`, `lab.picture()` | |
#
# The same verbs work in a terminal: `pacslab status`, `pacslab hint http-no-auth`, and so on. Your progress:

# %%
lab.scenarios()

# %% [markdown]
# ## In this notebook we
#
# - met the hospital: three zones, three doors, one archive, and the people who may use it;
# - saw a doctor open her patients, and a stranger get `401`;
# - read what the survey of 2019 found, and kept the figures on which its sources disagree;
# - learnt when a repair counts: weakness gone, nothing worse, hospital working.
#
# **References.** Greenbone Networks' survey, by way of the press named above · GDPR, articles 9, 32 and 33 · CNIL, decision
# SAN-2020-015 · M. Eichelberg, K. Kleber, M. Kämmerer, *Cybersecurity Challenges for PACS and Medical Imaging*, Academic
# Radiology 27(8), 2020 (open access)
#
# **Next:** notebook 01. Somebody switches authentication off “until Monday”. All notebooks by chapter: [overview](index.ipynb).
