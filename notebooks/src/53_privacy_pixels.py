# %% [markdown]
# # Pixels: what is written in a picture
#
# An ultrasound device draws the patient's name into the picture itself. No table of attributes reaches it there. In this notebook
# you find such letters, cover them, and see what that costs.
#
# **After this notebook you can**
#
# - say which pictures carry letters, and why a header is no proof of it;
# - find and cover letters, and check both: what is left, and what was destroyed;
# - explain what a reader of letters (OCR) can miss.
#
# About 30 minutes. For radiographers, researchers and developers. Lesson: `privacy-pixels`.

# %%
import matplotlib.pyplot as plt
from pydicom import dcmread

from lab import Lab

lab = Lab(language="en")  # language
pictures = lab.practice("pictures")
datasets = {file: dcmread(pictures.folder / file) for file in pictures.files}
for file, dataset in datasets.items():
    print(file, dataset.Modality, dataset.get("NumberOfFrames", 1), dataset.get("BurnedInAnnotation"))

# %% [markdown]
# These files admit it: *Burned In Annotation* (0028,0301) is YES. The element is optional for most kinds of image, and a device that was
# never asked says nothing. That it is missing proves nothing.

# %%
file = pictures.files[0]
plt.imshow(datasets[file].pixel_array)
plt.axis("off")
plt.show()

# %% [markdown]
# ## Read it
#
# The inventory reads the picture and compares the letters with what it knows from the header. Each finding in pixels has a `box`:
# left, top, right, bottom.

# %%
findings = list(lab.inventory(pictures.folder / file).findings())
drawn = [finding for finding in findings if finding.place == "pixels"]
for finding in drawn:
    print(finding.kind, finding.value, finding.box, round(finding.sure, 2), finding.reason)

# %% [markdown]
# ### Exercise: cover it
#
# Which boxes must be covered, so that nothing identifies and the picture is still there? At most a quarter of it may go.

# %%
# solution
boxes = [finding.box for finding in drawn if finding.tag == "(7FE0,0010)"]
# trainee: boxes = []  # (left, top, right, bottom), …
# end solution
lab.answer("privacy-pixels", "boxes", pictures, file, boxes)

# %% [markdown]
# How it looks:

# %%
covered = datasets[file].pixel_array.copy()
for left, top, right, bottom in boxes:
    covered[top:bottom, left:right] = 0
plt.imshow(covered)
plt.axis("off")
plt.show()

# %% [markdown]
# <details><summary>To think about: why not always cover the upper tenth of every ultrasound?</summary>
#
# Many do, with a list of masks by maker and model. It is quick and sure for the devices in the list, and wrong for the next one, or for a
# picture that somebody has written on: here the operator's name stands at the lower edge.
#
# </details>

# %% [markdown]
# ## All of them
#
# ### Exercise: clean pixels
#
# De-identify the whole set so that no letters are left. As it stands, the line below forgets an option: pictures that admit to letters then
# stay behind, and are not handed out.

# %%
key = pictures.folder.parent / "hospital.key"
target = pictures.beside("masked")
# solution
done = lab.deidentify(pictures.folder, target, key=key)
# trainee: done = lab.deidentify(pictures.folder, target, key=key, options=["clean-descriptors", "retain-modified-dates"])
# end solution
score = lab.deid_score(pictures.folder, target)
lab.answer("privacy-pixels", "cleaned", pictures, score)

# %%
done

# %% [markdown]
# About a second for each picture, and a loop of many frames takes longer: reading pixels is by far the dearest part of a de-identification. That is
# why many tools leave it out, and why one should ask which have.
#
# <details><summary>To think about: what does a reader of letters miss?</summary>
#
# Handwriting, letters turned by 90 degrees, grey on grey, signs of a script that it has not learnt. Its recall was measured on this lab's synthetic
# pictures; yours are others. For a collection that is to be published a human being looks at a sample of each device.
#
# </details>
#
# <details><summary>To think about: and a head scan without any letters?</summary>
#
# From thin slices of a head one can draw a face. *Clean Recognizable Visual Features* is an option of its own, which this lab refuses
# and explains (notebook 52).
#
# </details>

# %% [markdown]
# ## In this notebook we
#
# - saw letters that no table of attributes reaches;
# - covered them, and checked that the picture is still there;
# - cleaned a set with a loop and a scanned letter, and saw what it costs.
#
# **References.** DICOM PS3.15, E.3.1 and E.3.2 · DICOM PS3.3, C.7.6.1 (Burned In Annotation)
#
# **Next:** notebook 54. Reports and letters.
