# %% [markdown]
# # Pseudonymous or anonymous
#
# The names are gone, the score is clean, every date is shifted. Can somebody still be found? In this notebook you do it, once with
# a diary and a little arithmetic, once without any date, and then read what the law says to that.
#
# **After this notebook you can**
#
# - find people again in a set without names, by linking what is left;
# - tell pseudonymised from anonymous data, as the GDPR does;
# - say what each piece of information costs in privacy that research wants to keep.
#
# About 45 minutes. For data protection officers, researchers and ethics committees. Lesson: `privacy-pseudonymous`.

# %% [markdown]
# ## What is shared
#
# Reports of thirty patients, de-identified for a study over time: the days between examinations must stay, so all dates of a
# patient are shifted by the same number of days. The key stays in the hospital.

# %%
import pandas as pd
from pydicom import dcmread

from lab import Lab

lab = Lab(language="en")  # language
cohort = lab.practice("cohort")
shared = cohort.beside("shared")
options = ["clean-structured-content", "clean-descriptors", "retain-modified-dates", "retain-characteristics"]
done = lab.deidentify(cohort.folder, shared, key=cohort.folder.parent / "hospital.key", options=options)
lab.deid_score(cohort.folder, shared)

# %% [markdown]
# Nothing leaked. This is what the recipient sees:


# %%
def headers(folder):
    keywords = ["PatientID", "PatientSex", "PatientAge", "StudyDate", "StudyDescription"]
    read = [dcmread(path, specific_tags=keywords) for path in sorted(folder.rglob("*.dcm"))]
    table = pd.DataFrame([{word: str(dataset.get(word, "")) for word in keywords} for dataset in read])
    table["StudyDate"] = pd.to_datetime(table["StudyDate"], format="%Y%m%d")
    return table


visits = headers(shared)
visits.head(8)

# %% [markdown]
# ## Alone in the crowd
#
# The days are false, their distances are true. For each pseudonym: the days between the first visit and the others.


# %%
def pattern_of(days):
    return tuple((day - min(days)).days for day in sorted(set(days)))


pattern = visits.groupby("PatientID")["StudyDate"].apply(pattern_of)
pattern.head(8)

# %% [markdown]
# ### Exercise: unique
#
# How many of the thirty are alone with their pattern? Hints: `lab.hint("privacy-pseudonymous", "unique")`.

# %%
# solution
alone = int((pattern.value_counts() == 1).sum())
# trainee: alone = 0  # from pattern
# end solution
lab.answer("privacy-pseudonymous", "unique", cohort, alone)

# %% [markdown]
# ## The diary
#
# Now somebody who knows on which days people went to that hospital: a neighbour who drove them, an employer with notes of absence, a
# newspaper that reported on an accident. *(Modelled: the diary below is made from the true dates of eight patients.)*

# %%
true = [dcmread(cohort.folder / file, specific_tags=["PatientName", "StudyDate"]) for file in cohort.files]
notes = pd.DataFrame([(str(ds.PatientName), pd.Timestamp(ds.StudyDate)) for ds in true], columns=["name", "day"])
names = list(notes["name"].unique()[:8])
diary = {name: sorted(set(notes[notes["name"] == name]["day"])) for name in names}
{name: [f"{day:%Y-%m-%d}" for day in days] for name, days in diary.items()}

# %% [markdown]
# ### Exercise: who is who?
#
# Give at least five of them back their pseudonyms: a dictionary from pseudonym to name. You have no key, and need none.

# %%
found = {}
for name, days in diary.items():
    # solution
    fitting = [pseudonym for pseudonym, known in pattern.items() if known == pattern_of(days)]
    # trainee: fitting = []  # which pseudonyms have the pattern of these days?
    # end solution
    if len(fitting) == 1:
        found[fitting[0]] = name
lab.answer("privacy-pseudonymous", "linked", cohort, shared, found)

# %% [markdown]
# And each name opens what the set knows: sex, age, every examination.

# %%
visits[visits["PatientID"].isin(found)].assign(name=lambda table: table["PatientID"].map(found)).head(8)

# %% [markdown]
# ## The hospital, and what is rare
#
# So the dates go. A register of two hospitals asks for less: no dates at all, but sex and age, the hospital, and what was examined. Both send
# their reports, each under its own key.

# %%
abroad = lab.practice("abroad")
options = ["clean-structured-content", "clean-descriptors", "retain-characteristics", "retain-institution"]
register = {}
for practice in (cohort, abroad):
    register[practice.name] = practice.beside("register")
    key = practice.folder.parent / f"{practice.name}.key"
    done = lab.deidentify(practice.folder, register[practice.name], key=key, options=options)


def portraits_in(folder, who="PatientID"):
    keywords = [who, "PatientSex", "PatientAge", "InstitutionName", "StudyDescription"]
    read = [dcmread(path, specific_tags=keywords) for path in sorted(folder.rglob("*.dcm"))]
    table = pd.DataFrame([{word: str(dataset.get(word, "")) for word in keywords} for dataset in read])
    return table.groupby(who).agg(
        sex=("PatientSex", "first"),
        decade=("PatientAge", lambda ages: min(ages)[:2]),
        hospital=("InstitutionName", "first"),
        examinations=("StudyDescription", lambda texts: " + ".join(sorted(set(texts)))),
    )


portraits = pd.concat([portraits_in(folder) for folder in register.values()])
portraits.sample(6, random_state=1)

# %% [markdown]
# ### Exercise: alone
#
# How many of the forty are the only one of their kind: by sex and decade of age; by the hospital as well; by the examinations as well?
# (Statisticians say: their *k* is 1.) Hints: `lab.hint("privacy-pseudonymous", "rare")`.

# %%
knowledge = {
    "person": ["sex", "decade"],
    "hospital": ["sex", "decade", "hospital"],
    "examinations": ["sex", "decade", "hospital", "examinations"],
}
lonely = dict.fromkeys(knowledge, 0)
# solution
for name, columns in knowledge.items():
    lonely[name] = int((portraits.groupby(columns).size() == 1).sum())
# trainee: # from portraits
# end solution
lab.answer("privacy-pseudonymous", "rare", cohort, abroad, lonely)

# %% [markdown]
# ## The news
#
# Nobody kept a diary this time. But the local paper names the hospital, a colleague knows what was examined, and everybody knows sex and age.
# *(Modelled: what is told below was made from the true headers of twelve patients of the first hospital.)*

# %%
told = portraits_in(cohort.folder, who="PatientName").head(12)
told

# %% [markdown]
# ### Exercise: who is who, without a date?
#
# Give at least five of them back their pseudonyms.

# %%
recognised = {}
for name, facts in told.iterrows():
    # solution
    fitting = [pseudonym for pseudonym, known in portraits.iterrows() if known.equals(facts)]
    # trainee: fitting = []  # which rows of portraits are like facts?
    # end solution
    if len(fitting) == 1:
        recognised[fitting[0]] = name
lab.answer("privacy-pseudonymous", "portrait", cohort, register["cohort"], recognised)

# %% [markdown]
# <details><summary>To think about: other things that link</summary>
#
# One scanner of a model; a rare diagnosis; a metal implant of a shape that nobody else has; twins. What is rare in the population is a name.
#
# </details>

# %% [markdown]
# ## What helps
#
# Without dates, hospital and characteristics patterns and portraits are gone, and with them the study over time:

# %%
plain = cohort.beside("plain")
done = lab.deidentify(cohort.folder, plain, key=cohort.folder.parent / "hospital.key", options=["clean-descriptors"])
{str(dcmread(path).get("StudyDate", "")) for path in plain.rglob("*.dcm")}

# %% [markdown]
# There is no setting that keeps everything and reveals nothing. What remains goes out under a contract, to few, for a purpose, and
# with the right to ask what became of it.

# %% [markdown]
# ## What the law says
#
# | | pseudonymised | anonymous |
# |---|---|---|
# | GDPR | article 4 (5): to say whose they are needs something kept apart | recital 26: nobody can be found by means reasonably likely to be used |
# | are these personal data? | yes, for whoever has or can get the additional information | no |
# | here | `key=FILE` | not reached by `anonymous=True` alone: that destroys the key, and leaves dates, rare findings, faces |
#
# ### Exercise: personal data?

# %%
lab.question("privacy-pseudonymous", "personal")

# %%
# solution
chosen = {1, 2, 4, 6}
# trainee: chosen = set()  # numbers
# end solution
lab.answer("privacy-pseudonymous", "personal", chosen)

# %% [markdown]
# <details><summary>To think about: why does a tool offer --anonymous at all?</summary>
#
# To destroy the key is necessary for anonymity, and not sufficient. The report of the tool says so, and never writes “anonymous” as a finding.
#
# </details>

# %% [markdown]
# ## In this notebook we
#
# - found people again in a set whose score was clean;
# - saw that shifted dates keep what makes a patient unique, and that hospital and rare findings do so without any date;
# - told pseudonymised from anonymous data.
#
# **References.** GDPR, article 4 (1) and (5), recital 26 · DICOM PS3.15, E.3.6
#
# **Next:** notebook 56. The copy that nobody counted.
