# %% [markdown]
# # France: seven servers, and the CNIL’s decision
#
# Seven servers, 47,500 patient files, more than 2.6 million images: that is what the survey of 2019 found in France. In the year
# after, the data protection authority, the CNIL, fined two doctors. In this notebook you find the seven on the simulated Internet,
# and look at what the law asked of their owners.
#
# **After this notebook you can**
#
# - pick one country out of a survey and check its figures against the published ones;
# - name the causes that the CNIL found, and the articles of the GDPR that they fall under;
# - compute until when a breach must be notified.
#
# About 20 minutes. For data protection officers, physicians in practices and IT management. Lesson: `survey-france`.

# %%
from datetime import datetime, timedelta

from lab import Lab

lab = Lab(language="en")  # language
internet = lab.internet()
summer = internet.survey("summer")
summer.totals["by_country"]["FR"]

# %% [markdown]
# ## Exercise: the seven
#
# Collect the addresses of the servers in France that stand open, as a set.

# %%
# solution
french = {finding.address for finding in summer.findings if finding.country == "FR" and finding.accessible}
# trainee: french = set()  # their addresses
# end solution
lab.answer("survey-france", "servers", french)

# %% [markdown]
# Who are they? The operators' names are invented and say so.

# %%
for target in internet.targets:
    if target.address in french:
        print(f"{target.address:16} {target.operator}")

# %% [markdown]
# Radiology practices stand beside hospitals here. The mix is *modelled*; that not only hospitals are concerned is not: the CNIL's
# decisions were about two doctors.

# %% [markdown]
# ## What one server holds
#
# Divide, and the large figures come close. How many images belong to one patient's file?

# %%
for finding in summer.findings:
    if finding.address in french:
        each = finding.images / finding.records
        print(f"{finding.address:16}{finding.records:>8,}{finding.images:>10,}{each:8.1f}")

# %% [markdown]
# <details><summary>To think about: some of these servers let nobody download an image. Are they less serious?</summary>
#
# You find them by `finding.downloadable`, which is 0. Those that show lists only still give away who was examined, when, for what and by
# whom: health data in the sense of the GDPR (articles 4 and 9), without a single image.
#
# </details>

# %% [markdown]
# ## The CNIL’s decision
#
# On 7 December 2020 the CNIL fined two doctors, 3,000 € and 6,000 €. The second decision is SAN-2020-015. Their images had stood open on
# the Internet. The causes: **ports opened in the router**, an **archive misconfigured**, **images not encrypted**. And the
# authority had not been told *(GDPRhub, press)*.
#
# The amounts are small. What counts is what they say: a practice with a router is responsible for its archive as a
# hospital group is for its own.

# %% [markdown]
# ### Exercise: which article?
#
# Four causes. Write behind the number of each the article of the GDPR that it falls under, 32 or 33.

# %%
lab.question("survey-france", "articles")

# %%
# solution
articles = {1: 32, 2: 32, 3: 32, 4: 33}
# trainee: articles = {1: 0, 2: 0, 3: 0, 4: 0}  # the number of the cause, and the article
# end solution
lab.answer("survey-france", "articles", articles)

# %% [markdown]
# ### Exercise: until when?
#
# A practice learns on a Friday evening that its archive stands open. Until when must the authority have been told?

# %%
noticed = datetime(2019, 9, 20, 18, 30)
# solution
deadline = noticed + timedelta(hours=72)
# trainee: deadline = noticed  # plus how much?
# end solution
print(f"{deadline:%Y-%m-%d %H:%M}")
lab.answer("survey-france", "deadline", noticed, deadline)

# %% [markdown]
# <details><summary>To think about: nobody knows yet how many files were seen. May one wait until one does?</summary>
#
# No. Article 33 lets one notify in stages: what is known now, the rest as it becomes known. Later than the deadline needs
# reasons. And where the risk to the people concerned is high, they must be told as well (article 34).
#
# </details>

# %% [markdown]
# ## The same mistakes in this lab
#
# | cause | where you make and repair it |
# |---|---|
# | the archive answers anybody | notebook 01, `http-no-auth`, and notebook 02, `dimse-find-open` |
# | ports opened to the Internet | notebook 02: the gateway publishes the DICOM port |
# | nothing is encrypted | notebook 03, `http-plaintext` |

# %% [markdown]
# ## In this notebook we
#
# - found the seven French servers among 2,300 systems, with 47,500 files;
# - read what the CNIL decided, and about which causes;
# - assigned the causes to articles 32 and 33 of the GDPR, and computed a deadline;
# - saw that the law makes no difference between a practice and a hospital.
#
# **References.** CNIL, decision SAN-2020-015 of 7 December 2020 (GDPRhub, press) · GDPR, articles 4, 9, 32, 33 and 34 ·
# The survey's figures for France: two French articles (press)
#
# **Next:** notebook 65. Two months later, somebody looks again.
