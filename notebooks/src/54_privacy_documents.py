# %% [markdown]
# # Structured reports and PDFs
#
# An archive holds more than images: reports, consent forms, scanned identity cards. They travel along whenever “the images” are
# exported. In this notebook you look into them, and clean them without losing what the doctor found.
#
# **After this notebook you can**
#
# - find personal data in the content tree of a structured report;
# - tell a PDF with text from one that is a picture, and say what that means for a search;
# - choose between removing and cleaning.
#
# About 30 minutes. For radiologists, researchers and data protection officers. Lesson: `privacy-documents`.

# %%
from pydicom import dcmread

from lab import Lab

lab = Lab(language="en")  # language
letters = lab.practice("letters")
for file in letters.files:
    dataset = dcmread(letters.folder / file)
    print(file, dataset.Modality, dataset.SeriesDescription, len(dataset.get("EncapsulatedDocument", b"")))

# %% [markdown]
# ## The report
#
# A structured report is a tree: items within items, each with a name and a value (PS3.3 C.17). Measurements are numbers; much of
# the rest is text that somebody has dictated.


# %%
def tree(dataset, depth=0):
    for item in dataset.get("ContentSequence", ()):
        name = item.ConceptNameCodeSequence[0].CodeMeaning if "ConceptNameCodeSequence" in item else ""
        print("   " * depth, item.ValueType, name, item.get("TextValue", item.get("PersonName", "")))
        tree(item, depth + 1)


report = letters.files[0]
tree(dcmread(letters.folder / report))

# %% [markdown]
# ### Exercise: what does it give away?
#
# Take a quick inventory, without pictures. Which kinds of data stand in the *content* of the report, below (0040,A730)?

# %%
quick = lab.inventory(letters.folder, ocr=False)
rows = quick.rows()
# solution
kinds = {row["kind"] for row in rows if row["file"] == report and row["tag"].startswith("(0040,A730)")}
# trainee: kinds = set()  # from rows
# end solution
lab.answer("privacy-documents", "kinds", letters, report, kinds)

# %% [markdown]
# ## The letters
#
# A PDF has text, properties (author, title) and pictures. What the quick inventory found in the two documents:

# %%
import pandas as pd

documents = pd.DataFrame(row for row in rows if row["place"] == "pdf")
documents.groupby(["file", "kind"]).size() if len(documents) else documents

# %% [markdown]
# ### Exercise: the national number
#
# Which files hold a *national number* in a document? The quick inventory does not know of any.

# %%
# solution
thorough = lab.inventory(letters.folder)
scans = {row["file"] for row in thorough.rows() if row["place"] == "pdf" and row["kind"] == "national_id"}
# trainee: scans = {row["file"] for row in rows if row["place"] == "pdf" and row["kind"] == "national_id"}
# end solution
lab.answer("privacy-documents", "scans", letters, scans)

# %% [markdown]
# An identity card that reception has scanned: a picture in a PDF in a DICOM file. Who searches for text finds nothing in it.
#
# <details><summary>To think about: why is it in the archive at all?</summary>
#
# Because it was easy. Ask for each kind of document: what is it for, and how long? What is not kept need not be masked (GDPR, article 5).
#
# </details>

# %% [markdown]
# ## Remove, or clean
#
# ### Exercise: keep the finding
#
# With the basic profile alone, the texts of a report are removed. Find the option with which nothing is left of the patient *and* the doctor's
# sentences remain. `lab.hint("privacy-documents", "kept")`.

# %%
key = letters.folder.parent / "hospital.key"
target = letters.beside("masked")
# solution
options = ["clean-structured-content"]
# trainee: options = []  # which?
# end solution
done = lab.deidentify(letters.folder, target, key=key, options=options)
lab.answer("privacy-documents", "kept", letters, target)

# %%
for path in sorted(target.rglob("*.dcm")):
    tree(dcmread(path))

# %% [markdown]
# The PDFs have not been cleaned but replaced by a page that says so: nobody can promise to find everything in a document of any
# kind. It is a loss that one can see.
#
# <details><summary>To think about: stars in a sentence. Is that safe?</summary>
#
# As safe as the list of what was looked for. A sentence such as “the mayor's wife was seen after her fall” names nobody by any
# list. Free text that is to be published is read by a human being.
#
# </details>

# %% [markdown]
# ## In this notebook we
#
# - found a patient's data in the content of a report;
# - found an identity card that no search for text finds;
# - cleaned a report so that the finding is still there.
#
# **References.** DICOM PS3.3, C.17.3 and A.45 · DICOM PS3.15, E.3.4
#
# **Next:** notebook 55. Without a name, and found nevertheless.
