# %% [markdown]
# # Two months later: did the warning help?
#
# In November 2019 the survey was repeated. 172 archives had gone offline, and 129 were new. In this notebook you repeat it,
# too, and answer the question that everybody asked: did the warning help?
#
# **After this notebook you can**
#
# - compare two surveys system by system, instead of total by total;
# - tell “fewer archives” from “fewer data”;
# - explain why a warning alone does not close an archive.
#
# About 20 minutes. For data protection officers, IT management and PACS administrators. Lesson: `survey-later`.

# %% [markdown]
# ## Two surveys
#
# First the one of summer; what was asked in notebook 62 is not asked again. Then the Internet of two months later: it takes the
# place of the first, on the same addresses.

# %%
from lab import Lab

lab = Lab(language="en")  # language
summer = lab.internet().survey("summer")
autumn = lab.internet(epoch=2).survey("autumn")
autumn

# %% [markdown]
# The list of autumn is longer than that of summer: it has the new systems, and those that nobody answers for any
# more (*nothing listens*). Who looks again asks everybody who was there before.
#
# The addresses that stood open then, and those that do now:

# %%
before = {finding.address for finding in summer.findings if finding.accessible}
after = {finding.address for finding in autumn.findings if finding.accessible}
len(before), len(after)

# %% [markdown]
# ### Exercise: gone
#
# Which archives no longer stand open?

# %%
# solution
gone = before - after
# trainee: gone = set()  # from before and after
# end solution
lab.answer("survey-later", "gone", gone)

# %% [markdown]
# ### Exercise: new
#
# And which stand open now that did not in summer?

# %%
# solution
new = after - before
# trainee: new = set()  # from before and after
# end solution
lab.answer("survey-later", "new", new)

# %% [markdown]
# ### Exercise: still open
#
# What share of the archives that stood open in summer still does, in per cent?

# %%
# solution
still = 100 * len(before & after) / len(before)
# trainee: still = 0.0  # from before and after
# end solution
lab.answer("survey-later", "still", still)

# %% [markdown]
# ## Fewer archives, more data
#
# The totals, side by side:

# %%
for name in ("accessible", "studies", "images", "downloadable"):
    print(f"{name:14}{summer.totals[name]:>16,}{autumn.totals[name]:>16,}")

# %% [markdown]
# Which of these numbers stand in the reports? Of summer 590 archives, more than 737 million images, about 400 million of them to download. Of
# autumn 1.19 billion images, 370 million to download and 35 million studies. No report says how many archives stood open in autumn: 547 is computed,
# 590 − 172 + 129. The studies of summer are *modelled* (the first report counts patient records, so that 24 million and 35 million must not be
# compared), and so is what each single archive holds.

# %%
autumn.report()

# %% [markdown]
# <details><summary>To think about: fewer archives, and nearly half a billion images more. How can that be?</summary>
#
# An archive grows every day, and one large hospital outweighs a hundred practices. It is also possible that the second survey could
# see more than the first. The reports don't say. Which is one reason to publish the method with the number.
#
# </details>
#
# <details><summary>To think about: 172 went offline. Were they repaired?</summary>
#
# That cannot be seen from outside. *Nothing listens* fits an archive that was secured behind a gateway, one that was
# switched off, and one that has got a new address and stands open there. In this lab's words: *not checked*, not *safe*.
#
# </details>

# %% [markdown]
# ## Did it help?
#
# Somewhat, and not enough. 29 of 100 archives disappeared from view, most stayed, and others came along. Later counts say the
# same: more than 3,800 servers in December 2023 (Aplite), 5,100 DICOM hosts in 2024 (Censys), 3,627 servers at the end of 2025,
# of which 0.14 % used TLS (TrendAI). *(Press. Each counted in its own way.)*
#
# A warning in a newspaper reaches readers. An archive is closed by the person who runs it, and that person needs to
# be told directly, in words that can be acted on. That is the subject of the last notebook of this part.

# %% [markdown]
# Put the Internet of summer back for the other notebooks:

# %%
internet = lab.internet()
internet.search("country:FR has:dicom").hits.total

# %% [markdown]
# ## In this notebook we
#
# - surveyed the same Internet twice, and compared system by system;
# - found 172 archives gone and 129 new, as the report of November 2019 says;
# - saw that the number of archives fell while the number of images rose;
# - kept apart what can be seen from outside and what cannot.
#
# **References.** Greenbone, November 2019 (press) · Aplite 2023, Censys 2024, TrendAI 2025 (press)
#
# **Next:** notebook 66. What one may do, and how to report.
