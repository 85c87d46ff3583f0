# %% [markdown]
# # The profile, element by element
#
# Which attributes identify? That has been answered, attribute by attribute: DICOM PS3.15, annex E, the *Basic Application Level
# Confidentiality Profile*. In this notebook you read its table, and choose options for a study.
#
# **After this notebook you can**
#
# - read the table: six letters, and what they do;
# - say what an option changes, and what it costs;
# - choose for a purpose as little as it needs.
#
# About 30 minutes. For researchers, developers and data protection officers. Lesson: `privacy-profile`.

# %%
from lab import Lab

lab = Lab(language="en")  # language
lab.profile()

# %% [markdown]
# The standard gives some attributes several letters, such as X/Z/D: whether one may remove them depends on whether the image needs
# them. This lab takes the one that is always allowed, so that the file stays valid.

# %% [markdown]
# ### Exercise: six attributes
#
# First guess, then look: `lab.profile().action("…")`. What does the basic profile do with these?

# %%
fates = {
    # solution
    "PatientName": "Z",
    "StudyInstanceUID": "U",
    "PatientAddress": "X",
    "StudyDate": "Z",
    "StationName": "D",
    "PatientWeight": "X",
    # trainee: "PatientName": "", "StudyInstanceUID": "", "PatientAddress": "", "StudyDate": "", "StationName": "", "PatientWeight": "",
    # end solution
}
lab.answer("privacy-profile", "fates", fates)

# %% [markdown]
# <details><summary>To think about: why is a UID replaced, and not removed?</summary>
#
# Because a file without one is no DICOM file, and because references must still lead somewhere: the report refers to its image by its
# UID. Replaced *everywhere by the same*, that goes on working. Left as it is, a UID leads everybody who can ask the archive back to the patient.
#
# </details>
#
# <details><summary>To think about: the patient's weight is removed?</summary>
#
# Whoever is very heavy or very tall is rare, and rare is identifying. The basic profile trusts nothing. A study that needs the weight asks for
# it: with an option.
#
# </details>

# %% [markdown]
# ## Options
#
# Annex E.3 has options for what a purpose needs. Each makes exceptions from the table; *clean* means that somebody must look at
# the value instead of removing it.

# %%
lab.profile("retain-modified-dates")

# %% [markdown]
# ### Exercise: shifted dates
#
# Which attributes fare otherwise with `retain-modified-dates`? Compare the two dictionaries `actions`.

# %%
plain, shifted = lab.profile().actions, lab.profile("retain-modified-dates").actions
# solution
keywords = {keyword for keyword in plain if plain[keyword] != shifted[keyword]}
# trainee: keywords = set()  # from plain and shifted
# end solution
lab.answer("privacy-profile", "dates", keywords)

# %%
sorted(keywords)[:12], len(keywords)

# %% [markdown]
# ### Exercise: choose for a purpose
#
# A study measures how fast tumours grow: it needs the days between examinations, the dose by weight, and which series shows the
# tumour. Images of the same patient must belong together. It does *not* need to know on which day somebody was ill. Which options?

# %%
lab.question("privacy-profile", "options")

# %%
# solution
chosen = {1, 3, 4}
# trainee: chosen = set()  # numbers
# end solution
lab.answer("privacy-profile", "options", chosen)

# %% [markdown]
# <details><summary>To think about: why not keep UIDs, so that images belong together?</summary>
#
# They belong together without: the same UID is replaced everywhere by the same new one. That is *pseudonymous* linking, and the key to it stays
# in the hospital.
#
# </details>

# %% [markdown]
# ## What no table says
#
# The table knows attributes. It does not know what somebody wrote into a text, drew into a picture, or stored in an element of the maker's
# own; there annex E asks for *cleaning*, and leaves open how. Nor does it clean faces:

# %%
try:
    lab.profile("clean-recognizable-visual-features")
except Exception as error:
    print(error)

# %% [markdown]
# A tool that cannot do something should say so. *Patient Identity Removed: YES* (0012,0062) is written by many that have not looked at a single
# picture.

# %% [markdown]
# ## In this notebook we
#
# - read the table of annex E, and what its letters do;
# - compared options by what they change;
# - chose three for a study, and nothing that it does not need.
#
# **References.** DICOM PS3.15, annex E, table E.1-1 and E.3 · GDPR, article 5 (1) c
#
# **Next:** notebook 53. What is written in a picture.
