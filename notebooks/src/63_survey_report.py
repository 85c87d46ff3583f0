# %% [markdown]
# # The report's table and map, and where its sources disagree
#
# A survey becomes news through three things: a headline, a table and a map. In this notebook you make all three from your
# own findings and hold them against what was printed in 2019 and 2020, including the places where the printed figures do
# not agree with each other.
#
# **After this notebook you can**
#
# - turn findings into a table and a map with a few lines of pandas;
# - compare a result with a publication, figure by figure and source by source;
# - say which figures of 2019 rest on one source, which on several, and which contradict each other.
#
# About 30 minutes. For data protection officers and IT management. Lesson: `survey-report`.

# %% [markdown]
# ## Your findings
#
# The survey named `summer` is kept in the lab's folder. If notebook 62 has been run, nobody is asked again.

# %%
from lab import Lab

lab = Lab(language="en")  # language
internet = lab.internet()
summer = internet.survey("summer")
rows = summer.frame()
rows[["address", "port", "country", "outcome", "records", "images", "downloadable"]].head()

# %% [markdown]
# ## The headline
#
# Six numbers. Which of them would you put into the headline?

# %%
totals = summer.totals
for name in ("examined", "accessible", "countries", "records", "images", "downloadable"):
    print(f"{name:14}{totals[name]:>14,}")

# %% [markdown]
# ### Exercise: the share that can be copied
#
# What share of the images can be downloaded, in per cent? Compute it from `totals`.

# %%
# solution
share = 100 * totals["downloadable"] / totals["images"]
# trainee: share = 0.0  # from totals
# end solution
lab.answer("survey-report", "share", share)

# %% [markdown]
# ## The table
#
# ### Exercise: images per country
#
# How many images stand open in each country? The result is a dictionary, from the country's two letters to a number.
# Archives that are not open don't count. Stuck? `lab.hint("survey-report", "table")`.

# %%
# solution
found = rows[rows.outcome == "accessible"]
table = found.groupby("country").images.sum().to_dict()
# trainee: table = {}  # country to number of images
# end solution
lab.answer("survey-report", "table", table)

# %% [markdown]
# The ten largest, as a chart:

# %%
import matplotlib.pyplot as plt

largest = sorted(table.items(), key=lambda pair: pair[1])[-10:]
figure, axes = plt.subplots(figsize=(8, 3.6))
axes.barh([country for country, _ in largest], [images / 1e6 for _, images in largest], color="#c2410c")
axes.set_xlabel("10⁶ images")
plt.show()

# %% [markdown]
# <details><summary>To think about: what does this chart say about how careful a country is?</summary>
#
# Little. It counts images, so one large hospital outweighs a hundred practices; and large countries have more of both. To
# compare, one would have to divide by the number of archives that there are in all, and nobody has counted those.
#
# </details>

# %% [markdown]
# ## The map
#
# Servers per country, as the report drew them. The larger the dot, the more archives.

# %%
summer.map()

# %% [markdown]
# ## Beside the publication
#
# Every published figure that one number can meet, with its source; the others stand below the table. *More than* is what the report
# itself says; there the lab takes a *modelled* number just above it. *About* is what it says, too; there the lab takes the number as it stands.

# %%
summer.report()

# %% [markdown]
# All green, and no wonder: the simulated Internet was built to meet these totals. What no source gives is modelled: the
# numbers of single systems, 45 of the 52 countries, and everything about the 1,710 systems that are not open. So the table does not prove that the
# report was right. It shows that its figures can be reached with polite questions alone.

# %% [markdown]
# ### Exercise: two articles, one survey
#
# Two French articles report the same survey. By how many million images do they differ? (Below the table, *Where the
# sources disagree*.)

# %%
# solution
millions = 737 - 731
# trainee: millions = 0  # the difference, in millions
# end solution
lab.answer("survey-report", "disagreement", millions)

# %% [markdown]
# <details><summary>To think about: which of the two figures should one print?</summary>
#
# Both, with their sources, unless one can see the original. Less than one per cent lies between them, and yet a reader who
# finds both without a word on it will trust neither.
#
# </details>
#
# <details><summary>And Germany: 15,000 records, or more than 13,000 on at least five sites?</summary>
#
# The two do not exclude each other: 15,000 *is* more than 13,000. They may come from different days of the same survey. One
# can only say what each source says.
#
# </details>

# %% [markdown]
# ## Keep it
#
# Findings are data: as CSV for a spreadsheet, as Parquet for analysis. In a terminal, `pacslab survey --csv` and
# `pacslab survey --parquet findings.parquet` write them. They hold addresses of open archives, so on the real
# Internet they would be a list for burglars: encrypt them, and delete them when they have served.

# %% [markdown]
# ## In this notebook we
#
# - made headline, table, chart and map from our own findings;
# - compared them with the publication, figure by figure;
# - found where its sources disagree, and kept both figures;
# - saw what a total does not say.
#
# **References.** Greenbone Networks' survey of 2019, by way of two French articles, AuntMinnieEurope, ProPublica and
# cybersecurityintelligence (press)
#
# **Next:** notebook 64. Seven of these servers stand in France.
