# %% [markdown]
# # Your script against the answer key
#
# Every research group has one: a script of twenty lines that “anonymises”. Nobody knows how good it is, because nobody knows
# what was in the files. Here somebody does.
#
# **After this notebook you can**
#
# - measure a de-identification instead of believing in it: leaks by place, and the harm done;
# - name the places that home-made scripts forget;
# - weigh what research needs against what identifies.
#
# About 35 minutes. For researchers, developers and data protection officers. Lesson: `privacy-your-script`.

# %% [markdown]
# ## The set, and a script
#
# X-rays of two patients, with reports and letters. The script below is *modelled* on what one finds in many places: it overwrites what
# comes to mind.

# %%
from pydicom import dcmread

from lab import Lab

lab = Lab(language="en")  # language
films = lab.practice("films")
films


# %%
def overwrite(ds):
    ds.PatientName = "ANONYMOUS"
    ds.PatientID = "0001"
    ds.PatientBirthDate = ""
    for keyword in ("PatientAddress", "PatientTelephoneNumbers", "ReferringPhysicianName", "InstitutionName"):
        if keyword in ds:
            ds[keyword].value = ""


def run(script, name):
    target = films.beside(name)
    target.mkdir()
    for number, file in enumerate(films.files):
        ds = dcmread(films.folder / file)
        script(ds)
        ds.save_as(target / f"{number:04}.dcm")
    return lab.deid_score(films.folder, target)


# %% [markdown]
# ## The score
#
# `lab.deid_score(source, target)` compares the result with the ledger of what was planted: what *leaked*, place by place, and
# what was *harmed*, for an empty file leaks nothing either. The words are those of the MIDI-B benchmark.

# %%
first = run(overwrite, "overwritten")
first

# %% [markdown]
# Two things went wrong at once. Hundreds of identifiers are left; and the two patients have become one, so that the files are no
# longer worth much.

# %% [markdown]
# ### Exercise: what is left?
#
# Of the kinds `DIRECT`, which name a person by themselves: which did the script leave?

# %%
DIRECT = {"name", "birth_date", "patient_id", "national_id", "address", "phone", "email"}
# solution
kinds = {leak.entry.kind.value for leak in first.score.leaks} & DIRECT
# trainee: kinds = set()  # from first.score.leaks
# end solution
lab.answer("privacy-your-script", "kinds", first, kinds)

# %% [markdown]
# ### Exercise: write a better one
#
# Less than half of the leaks, and two patients that remain two. `ds.walk(function)` calls your function for each element,
# those in sequences too; `ds.remove_private_tags()` removes what makers add. Hints: `lab.hint("privacy-your-script", "better")`.

# %%
import hashlib


# solution
def better(ds):
    pseudonym = hashlib.sha256(f"a secret {ds.PatientID}".encode()).hexdigest()[:12]
    ds.remove_private_tags()

    def mask(dataset, element):
        if element.VR == "PN":
            element.value = ""
        elif element.VR == "UI" and str(element.value).startswith("2.25."):
            element.value = "2.25." + str(int(hashlib.sha256(str(element.value).encode()).hexdigest()[:30], 16))
        elif element.VR in ("LO", "SH", "ST", "LT", "UT"):
            element.value = ""

    ds.walk(mask)
    ds.PatientName = ds.PatientID = pseudonym
    ds.PatientBirthDate = ""
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID


# trainee: better = overwrite  # def better(ds): …
# end solution
second = run(better, "better")
lab.answer("privacy-your-script", "better", first, second)

# %%
second

# %% [markdown]
# <details><summary>To think about: what does the better script still leave, and what has it destroyed?</summary>
#
# Look at the two tables and the list below them. Letters (PDF) are binary, so no rule by value representation reaches them; dates are as they
# were. And the descriptions of the series are empty: what can be done with a study of which nobody knows what it shows?
#
# </details>

# %% [markdown]
# ## With a tool
#
# `lab.deidentify` follows the profile of DICOM PS3.15, annex E, and cleans what no table lists: file meta, texts, documents. The key
# decides pseudonyms, UIDs and by how many days dates are shifted; it **stays in the hospital**. (On the command line: `pacslab deidentify`.)

# %% [markdown]
# ### Exercise: nothing left
#
# De-identify the set with the options below, and score it.

# %%
key = films.folder.parent / "hospital.key"
options = [
    "clean-graphics",
    "clean-structured-content",
    "clean-descriptors",
    "retain-modified-dates",
    "retain-characteristics",
]
# solution
masked = films.beside("masked")
done = lab.deidentify(films.folder, masked, key=key, options=options)
third = lab.deid_score(films.folder, masked)
# trainee: third = first  # de-identify into films.beside("masked"), then score it
# end solution
lab.answer("privacy-your-script", "complete", films, third)

# %%
third

# %% [markdown]
# The tool leaves two files behind, as no DICOM: the set's own answer key. What cannot be cleaned is never handed out; it stays where it was,
# with the reason.
#
# <details><summary>To think about: the score is clean. May the data be published?</summary>
#
# Clean means: none of the *planted* identifiers is left. Nobody plants a rare disease, a pattern of visits, or a face. Notebook 55
# goes on from here.
#
# </details>

# %% [markdown]
# ## In this notebook we
#
# - measured a home-made script: hundreds of leaks, and two patients made one;
# - wrote a better one, and saw where rules of thumb end;
# - de-identified by the profile: nothing left, and dates, patients and studies still belong together.
#
# **References.** DICOM PS3.15, annex E · MIDI-B, *Medical Image De-Identification Benchmark*
#
# **Next:** notebook 52. The profile itself.
