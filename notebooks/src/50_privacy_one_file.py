# %% [markdown]
# # What one file says about a person
#
# “We only share the images, the names are removed.” Before one can remove anything, one must know what is there. In this
# notebook you take a single file apart: a dose report, which every CT sends along with the images.
#
# **After this notebook you can**
#
# - name the places of a DICOM file in which personal data stand, beyond the patient's name;
# - read an inventory: what, where, whose, how sure;
# - say why “remove the names” is no description of a de-identification.
#
# About 25 minutes. For data protection officers, PACS administrators and researchers. Lesson: `privacy-one-file`.

# %% [markdown]
# ## The file
#
# A small set of an invented patient, and in it the one picture that the CT has made of its own settings. Like all data here it
# is synthetic, and an answer key says what was planted in it. You get to see the key at the end.

# %%
from pydicom import dcmread

from lab import Lab

lab = Lab(language="en")  # language
dose = lab.practice("dose")
file = "patient-0001/study-1/series-3/image-0001.dcm"
dataset = dcmread(dose.folder / file)
dataset.group_dataset(0x0010)

# %% [markdown]
# That is group 0010, the patient's own elements: the place where everybody looks first. Now the picture.

# %%
import matplotlib.pyplot as plt

plt.imshow(dataset.pixel_array, cmap="gray")
plt.axis("off")
plt.show()

# %% [markdown]
# ## The inventory
#
# `lab.inventory` searches a file, a folder or the archive: elements and sequences, private elements, free text, documents,
# names of files, and letters in pixels, which it reads. Nothing leaves the machine. On the command line: `pacslab inventory FOLDER`.

# %%
inventory = lab.inventory(dose.folder / file)
inventory

# %% [markdown]
# Behind the card there are rows, one for each finding. `reason` says how the inventory knows: because the standard says so, or
# because it has learnt the value from a header and found it again in a text.

# %%
import pandas as pd

rows = inventory.rows()
table = pd.DataFrame(rows)[["place", "tag", "private_creator", "kind", "value", "person", "reason"]]
table[table.kind == "name"]

# %% [markdown]
# ### Exercise: where else?
#
# Somebody removes group 0010 completely. Where does the patient's *name* still stand? Collect the tags. A place that has no
# tag counts as well: in its row, and in your set, the tag is the empty text `""`. Stuck? `lab.hint("privacy-one-file", "outside")`.

# %%
patient = str(dataset.PatientID)
# solution
outside = {
    row["tag"]
    for row in rows
    if row["kind"] == "name" and row["person"] == patient and not row["tag"].startswith("(0010,")
}
# trainee: outside = set()  # tags, from rows
# end solution
lab.answer("privacy-one-file", "outside", dose, file, outside)

# %% [markdown]
# A request for an examination, an element of the maker's own, the preamble, the picture, and the icon of the picture: five places. The
# preamble is the 128 bytes before the first element: it has no tag, therefore the `""`. The last two are no text at all.

# %% [markdown]
# ### Exercise: who else?
#
# A file of a patient names others, too: doctors, staff, relatives. Their data are personal data as well. How many are there?

# %%
# solution
others = {row["person"] for row in rows if row["kind"] == "name"} - {patient}
people = len(others) + 1  # and the relative, in (0010,4000)
# trainee: people = 0  # from rows
# end solution
lab.answer("privacy-one-file", "others", dose, file, people)

# %% [markdown]
# <details><summary>To think about: why does the inventory count the relative to the patient?</summary>
#
# It has found a name beside a telephone number in the patient's comments, and does not know who that is. It errs on the careful
# side: what stands in a patient's file is the patient's, until somebody knows better. An inventory helps to look; it does not replace it.
#
# </details>

# %% [markdown]
# ## The answer key
#
# What was really planted, by place and kind. The inventory can be held against it, place by place.

# %%
key = pd.DataFrame([(entry.place.value, entry.kind.value) for entry in dose.key(file)], columns=["place", "kind"])
pd.crosstab(key.kind, key.place)

# %% [markdown]
# <details><summary>To think about: sex, age, weight and a date name nobody. Why are they in the key?</summary>
#
# By themselves they name nobody, together they may: that is what *identifiable* means in article 4 of the GDPR. Notebook 55 does it.
#
# </details>

# %% [markdown]
# ## In this notebook we
#
# - found personal data in elements, sequences, private elements, free text, the preamble, pixels and an icon of one file;
# - read an inventory, with what it knows and what it guesses;
# - counted six people besides the patient.
#
# **References.** GDPR, article 4 (1) · DICOM PS3.3 and PS3.5 · DICOM PS3.15, annex E
#
# **Next:** notebook 51. A script of your own, against the answer key.
