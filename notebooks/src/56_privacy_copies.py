# %% [markdown]
# # The copy that nobody counted
#
# The archive is locked, audited and backed up. But the data do not stay in the archive: somebody exports, somebody sends a log, somebody
# makes a test environment. In this notebook you make an inventory of a whole hospital's copies, and clean one.
#
# **After this notebook you can**
#
# - name the places to which copies of patient data go, and search them;
# - explain why a copy is searched best together with the original;
# - give developers images to test with that name nobody.
#
# About 35 minutes. For data protection officers, IT management and developers. Lesson: `privacy-copies`.

# %% [markdown]
# ## The archive
#
# Begin where the data are known to be. `lab.inventory()` without a folder asks the running archive, and reads the site's logs and its
# backup, as far as that can be read: the one in the vault is encrypted, and the inventory says so.

# %%
from lab import Lab

lab = Lab(language="en")  # language
lab.harden()
lab.inventory(ocr=False)

# %% [markdown]
# ## Four copies
#
# *(Modelled: each of these was made for a good reason, on a normal day.)* First an **export**: a colleague fetched two patients' X-rays for
# a lecture, as the archive packs them.

# %%
import io
import shutil
import zipfile

copies = lab.home.work / "copies"
shutil.rmtree(copies, ignore_errors=True)
admin = ("admin", lab.site.users["admin"].password)
query = {"Level": "Study", "Query": {"StudyDescription": "Radio*"}, "Expand": True}
with lab.web("administrator", "https", admin) as client:
    studies = {study["ParentPatient"]: study["ID"] for study in client.post("/tools/find", json=query).json()}
    for study in list(studies.values())[:2]:
        packed = zipfile.ZipFile(io.BytesIO(client.get(f"/studies/{study}/archive").content))
        packed.extractall(copies / "export")
sorted(path.name for path in (copies / "export").iterdir())

# %% [markdown]
# You have not opened a file yet, and you know who was there.
#
# Second a **log**: the vendor asked for one with everything in it (scenario `phi-in-logs`), while a radiologist was searching.

# %%
done = lab.misconfigure("phi-in-logs")
name = sorted(path.name for path in (copies / "export").iterdir())[0].split(" ")[1]
found = lab.find("workstation", calling="WORKST1", PatientName=f"{name}*", PatientID="", StudyDate="")
(copies / "vendor").mkdir()
text = "\n".join(lab.logs("orthanc", 400))
written = (copies / "vendor" / "orthanc.log").write_text(text)
[line[:150] for line in text.splitlines() if name.lower() in line.lower()][:3]

# %% [markdown]
# Third a **backup** of the archive's index, left on the web server (scenario `public-backup`). Anybody may fetch it.

# %%
done = lab.misconfigure("public-backup")
(copies / "backup").mkdir()
with lab.web("intruder", "https") as client:
    for name in ("index", "index-wal"):
        answer = client.get(f"/backup/{name}")
        if answer.status_code == 200:
            (copies / "backup" / name).write_bytes(answer.content)
done = lab.harden()
[(path.name, path.stat().st_size) for path in sorted((copies / "backup").iterdir())]

# %% [markdown]
# Fourth the **test environment**: developers need real images, so somebody copied some and wrote TEST over the names.

# %%
from pydicom import dcmread

(copies / "test").mkdir()
for number, path in enumerate(sorted((copies / "export").rglob("*.dcm"))):
    dataset = dcmread(path)
    dataset.PatientName = f"TEST^{number}"
    dataset.save_as(copies / "test" / f"{number}.dcm")
len(list((copies / "test").iterdir()))

# %% [markdown]
# ## Search them
#
# First the test environment alone, as its owner would do:

# %%
lab.inventory(copies / "test", ocr=False)

# %% [markdown]
# Now all four, together with the archive. The inventory learns from each header whom it should look for everywhere: a name without
# any label in a log or a database is found because the archive knows it.

# %%
together = lab.inventory(copies, with_archive=True, ocr=False)
together

# %% [markdown]
# ### Exercise: count
#
# How many *patients* does each copy name? The file of a finding begins with the copy's folder, and a patient's findings have a
# `person` that begins with `SYN-`.

# %%
counts = {path.name: 0 for path in copies.iterdir()}
# solution
people = {(row["file"].split("/")[0], row["person"]) for row in together.rows() if row["person"].startswith("SYN-")}
counts = {copy: sum(place == copy for place, _ in people) for copy in counts}
# trainee: # from together.rows()
# end solution
lab.answer("privacy-copies", "counted", copies, counts)

# %% [markdown]
# <details><summary>To think about: the test environment names as many patients as the export, though its names were overwritten</summary>
#
# Patient ID, national number, comments, private elements: TEST stands over one of many places (notebook 50). And test environments are
# guarded worse: many accounts, no audit, often reachable from outside.
#
# </details>
#
# <details><summary>To think about: which of these copies are in your hospital's record of processing (GDPR, article 30)?</summary>
#
# Usually the archive. A copy that nobody has counted is deleted by nobody, and found by others.
#
# </details>

# %% [markdown]
# ## Clean one, delete the others
#
# ### Exercise: images for developers
#
# Replace the test environment by one without patients. The source is the export; the key stays with you.

# %%
masked = copies.parent / "copies-test"
for old in (masked, masked.with_name("copies-test.deid-state")):
    shutil.rmtree(old, ignore_errors=True)
# solution
options = ["clean-structured-content", "clean-descriptors", "retain-modified-dates", "retain-characteristics"]
done = lab.deidentify(copies / "export", masked, key=copies.parent / "hospital.key", options=options)
# trainee: masked = copies / "test"  # lab.deidentify(…, masked, …)
# end solution
lab.answer("privacy-copies", "tests", copies / "export", masked)

# %% [markdown]
# Better still are images that never were a patient's: `pacslab data generate --patients 5 --out test` makes as many as you like.
#
# The other copies have served their purpose:

# %%
shutil.rmtree(copies)
lab.status()

# %% [markdown]
# ## In this notebook we
#
# - made the inventory of an archive and of four copies of it;
# - found patients in names of folders, in a log, in a database and in “test data”;
# - replaced a test environment, and deleted what had no purpose any more.
#
# **References.** GDPR, articles 5 (1) e, 30 and 32 · scenarios `phi-in-logs`, `public-backup`,
# `phi-in-export-names`, `deid-incomplete`, `test-environment`
#
# **End of this part.** Your progress: `lab.lessons()`.
