# %% [markdown]
# # What one may do, and how to report
#
# You can now find archives, talk to them and survey them. On this computer. This notebook is about everywhere else: what one may do
# to a system that one does not own (nothing), and what to do when one comes upon an exposure all the same.
#
# **After this notebook you can**
#
# - say what the law makes of an open door, and what “but there was no password” is worth;
# - report an exposure so that somebody can act on it, and nobody is harmed by the report;
# - name the places that take such reports.
#
# About 25 minutes. For everybody. Lesson: `survey-law`. *(This is teaching, not legal advice.)*

# %% [markdown]
# ## Nothing
#
# A system that is not yours is not a place to practise, whatever state it is in.
#
# - In France, entering or staying in a data processing system without being entitled to is an offence (*code pénal*, article
#   323-1). The article does not ask for a password to have been broken. Many countries have a similar law.
# - What lies behind the door are health data (GDPR, article 9). Whoever looks at them, copies them or keeps a screenshot *processes* them and
#   would need a legal basis for it.
# - Good intentions are no permission. Permission is what the owner gives: in writing, beforehand, and for something
#   definite (which systems, which tests, which days).
#
# The lab holds to this itself. Try to point it elsewhere:

# %%
from lab import Lab

lab = Lab(language="en")  # language
internet = lab.internet()
try:
    internet.call("192.0.2.1")
except Exception as refusal:
    print(refusal)

# %% [markdown]
# ### Exercise: may one?
#
# Which of these may one do? You have no agreement with anybody unless the line says so. Answer with the numbers, as a set:
# `{2, 4}`.

# %%
lab.question("survey-law", "may")

# %%
# solution
may = {1, 5, 6}
# trainee: may = set()  # the numbers of what is allowed
# end solution
lab.answer("survey-law", "may", may)

# %% [markdown]
# <details><summary>To think about: is an echo not harmless?</summary>
#
# Technically, nearly always. Legally, it makes somebody else's system do something for you that its owner has not agreed to, and
# you cannot know what stands behind the address, nor how it takes an unexpected message. Where
# the line runs differs between countries and courts. A course has an easy answer: stay on this side of it.
#
# </details>
#
# <details><summary>To think about: what of those who made the survey of 2019?</summary>
#
# The press tells their method: search engines, an ordinary viewer, no exploit. Whether each query was lawful in each of 52 countries, this
# course cannot judge. It is one more reason why you repeat the survey here, on a simulated Internet.
#
# </details>

# %% [markdown]
# ## You came upon one
#
# It happens: a wrong link, a search engine, a patient who shows you something. Then
#
# 1. **Stop.** Don't look further, don't try how far it goes, copy nothing.
# 2. **Note** address, port, day and hour, and what kind of data was to be seen. No names, no screenshots with patients.
# 3. **Tell the owner**, or somebody who can reach the owner, by a channel that is not public.
# 4. **Keep silent** until it is closed, and agree on a date when you want to speak about it.
#
# That is called *responsible* or *coordinated disclosure* (ISO/IEC 29147).
#
# | whom | how one finds them |
# |---|---|
# | the operator | the contact in `/.well-known/security.txt` (RFC 9116), the data protection officer, the hospital's switchboard |
# | a CERT, when the operator is unknown or does not answer | in France CERT Santé for healthcare, and CERT-FR; elsewhere the national CERT |
# | the data protection authority | in France the CNIL. To notify it is the duty of whoever is responsible for the data (GDPR, article 33) |

# %% [markdown]
# ## Exercise: write the report
#
# One open archive of France, from the survey:

# %%
summer = internet.survey("summer")
finding = next(finding for finding in summer.findings if finding.country == "FR" and finding.accessible)
operator = next(target.operator for target in internet.targets if target.address == finding.address)
print(operator, f"{finding.address}:{finding.port}", finding.records, *finding.attributes, *finding.steps, sep="\n")

# %% [markdown]
# Write the report: its receiver must know where to look, since when, what is open and how much, and be able to verify it.
# No patient may appear in it. The card names what is missing. Stuck? `lab.hint("survey-law", "report")`.

# %%
# solution
report = f"""
To: {operator}, data protection officer

Your imaging archive at {finding.address}:{finding.port} answers anybody over the Internet.
Seen on 2019-08-30. A C-ECHO and one C-FIND without any login were answered; nothing was kept.
About {finding.records} patient records can be listed. What is shown of each: {", ".join(finding.attributes)}.
To close it: let the archive answer known equipment only, and close the port in the router.
"""
# trainee: report = ""  # whom it is for, where, since when, what, how much
# end solution
print(report)

# %%
lab.answer("survey-law", "report", finding, report)

# %% [markdown]
# <details><summary>To think about: the operator does not answer. May one publish then?</summary>
#
# Not the address, as long as the data are open: that would harm the patients, who can do least about it. Turn to the CERT, which can reach
# the operator or the provider, and wait for the date that you agreed on.
#
# </details>
#
# <details><summary>To think about: it is your own hospital's archive</summary>
#
# Then you are not a finder but part of those who are responsible. Close it, keep the logs, tell the data protection officer at once: the 72
# hours of article 33 have begun.
#
# </details>

# %% [markdown]
# ## In this notebook we
#
# - learnt that an open door is no permission, and that health data make it worse;
# - told what is allowed from what is not;
# - wrote a report that can be acted on, without a word about a patient;
# - found out who takes such reports.
#
# **References.** *Code pénal*, article 323-1 · GDPR, articles 4, 9 and 33 · ISO/IEC 29147, *Vulnerability disclosure* · RFC 9116,
# *A File Format to Aid in Security Vulnerability Disclosure* · CERT Santé, CERT-FR, CNIL
#
# **End of this part.** Your progress: `lab.lessons()`.
