# %% [markdown]
# # The survey: 2,300 systems, asked once and politely
#
# Asking one archive is a phone call; asking 2,300 is a survey, and a survey needs manners and a plan. In this notebook you
# repeat the one of 2019 on the simulated Internet: real connections, real answers, and at the end the published totals.
#
# **After this notebook you can**
#
# - plan a survey: how much is asked, how fast, and what is *not* kept;
# - interrupt it and go on without asking anybody twice;
# - decide from evidence which system counts as an open archive, and which is a trap.
#
# About 30 minutes. For PACS administrators, network administrators and data protection officers. Lesson: `survey-count`.

# %% [markdown]
# ## The plan
#
# | what | how | why |
# |---|---|---|
# | asked of each | one association, one C-ECHO, one C-FIND that is cancelled after three answers | enough to know, little enough not to disturb |
# | kept | the *names* of the attributes that came back, and totals | nobody needs the patients' names to count archives |
# | pace | so many new systems a second, at most 128 connections at once | an archive is at work; a burst of queries slows it down |
# | patience | two seconds for each | some systems never answer at all |
#
# How the totals are known after three answers: the simulated archives tell them to those who ask for them. That is the one
# thing here that no real archive does; on the real Internet one would have to ask day by day.

# %%
from lab import Lab

lab = Lab(language="en")  # language
internet = lab.internet()
len(internet.targets)

# %% [markdown]
# ## Begin, and be interrupted
#
# Under a name the findings of a survey are kept, each the moment it is there. The next cell begins a survey in a process of its own and
# kills it (`kill -9`) after 500 findings: it gets no chance to tidy up.

# %%
part = internet.killed_survey("summer", after=500)
len(part.findings)

# %% [markdown]
# Now the whole list, under the same name. How many are asked this time?

# %%
summer = internet.survey("summer")
summer.asked, summer.totals["verdicts"]["interrupted"]

# %% [markdown]
# The second number: systems that were being asked at that moment. The survey had noted their addresses before it sent the first
# byte, and no finding came. They may have been asked or not, and are left in peace. To ask them all the same is a decision, and it is yours:

# %%
summer = internet.survey("summer", retry=True)
summer

# %% [markdown]
# <details><summary>To think about: why does it matter that nobody is asked twice?</summary>
#
# Every query of a stranger leaves a line in somebody's log and may set off an alarm. And an archive that has dropped out between two
# rounds would be counted once as open and once as closed.
#
# </details>

# %% [markdown]
# ### Exercise: how long does it take?
#
# Suppose a careful institute asks 20 new systems a second. How many seconds does it need for this list?

# %%
# solution
seconds = len(summer.findings) / 20
# trainee: seconds = 0.0  # from the number of findings
# end solution
lab.answer("survey-count", "duration", summer, seconds)

# %% [markdown]
# That is two minutes. For all 4.3 billion addresses of the Internet it would be nearly seven years, which is why
# real surveys send single packets first, or begin with a search engine, as in 2019.

# %% [markdown]
# ## Evidence
#
# A verdict without evidence is an opinion. Each finding has its steps, as they were:

# %%
for outcome in ("accessible", "rejects", "refuses-queries", "not-dicom", "tls-certificate"):
    finding = next(finding for finding in summer.findings if finding.outcome == outcome)
    print(f"{finding.address}:{finding.port}  {outcome}")
    print(*(f"    {step}" for step in finding.steps), sep="\n")

# %% [markdown]
# What the open ones gave away, by name and not by value:

# %%
next(finding for finding in summer.findings if finding.accessible).attributes

# %% [markdown]
# ## Traps
#
# Some systems answer everything. A honeypot is set up to be asked: it records who asks. The survey proposes, in the same
# association, a service that does not exist; an archive refuses it, a trap accepts it.

# %%
trap = next(finding for finding in summer.findings if finding.suspicion)
print(trap.address, trap.implementation, *trap.suspicion, sep="\n")

# %% [markdown]
# ### Exercise: what may be counted?
#
# Write the rule yourself. Your function gets one finding and says whether it is an open archive: from `finding.attributes`,
# `finding.suspicion`, `finding.steps` and `finding.records`, without looking at the verdict. The check applies it to all
# 2,300 and says where it errs.


# %%
def is_open(finding):
    # solution
    return bool(finding.attributes) and not finding.suspicion
    # trainee: return bool(finding.steps)  # your rule
    # end solution


# %%
lab.answer("survey-count", "open", summer, is_open)

# %% [markdown]
# <details><summary>To think about: in May 2026, 39 of 4,818 candidates were real (NuClide, press). What would one say without the check?</summary>
#
# “4,818 archives open”: more than a hundred times too many. A number that does not hold harms those who warn, and gives
# those who should act a reason not to.
#
# </details>

# %% [markdown]
# ## In this notebook we
#
# - surveyed 2,300 systems with an echo and one bounded query each, and arrived at the published totals;
# - killed the survey and went on, without asking anybody twice whom we did not mean to;
# - kept evidence of every verdict and no patient's data;
# - told traps from archives, by evidence.
#
# **References.** Greenbone Networks' survey of 2019, by way of the press · NuClide 2026 (press): verify before you count
#
# **Next:** notebook 63. Your table beside the published one.
