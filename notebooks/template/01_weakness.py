# %% [markdown]
# # {title}
#
# In this notebook you open this weakness on purpose, see what an outsider gets through it, look for the intrusion in the logs,
# and repair it so that the hospital goes on working.
#
# **After this notebook you can**
#
# - show on a running archive what this weakness costs the patients;
# - say which log shows an intrusion through it, and which is silent;
# - tell a repair that holds from one that leaves the door open or stops the hospital.
#
# About {minutes} minutes. For: {roles}. Chapter: {chapter}. Severity: **{severity}**. Scenario: `{id}`.

# %% [markdown]
# ## The story
#
# *(Modelled: this hospital is invented, its mistake is not.)* {story}

# %% [markdown]
# ## Look: the healthy archive
#
# Bring the site into its healthy state and look at the drawing: who can reach which door?

# %%
from lab import Lab

lab = Lab(language="en")  # language
lab.harden()
lab.picture()

# %% [markdown]
# The probe plays the outsider and notes what comes back. Try it now, to compare later. *Safe* means that it was turned away;
# *not checked* that nothing can be said from outside, and the card says why.

# %%
lab.probe("{id}")

# %% [markdown]
# ## Break it
#
# Do what the story tells. The lab changes the site, restarts what changed, and names the weakness that you made.
#
# <details><summary>What changes in the site</summary>
#
# ```json
# {misconfiguration}
# ```
#
# </details>

# %%
lab.misconfigure("{id}")

# %%
lab.picture()

# %% [markdown] when="also"
# This mistake brings others along: {also}. They are not counted against your repair here; each has a notebook of its own.

# %% [markdown]
# ## See it as an outsider
#
# Now the same probe again. Read the card from top to bottom: the first line is what one would have to tell the patients, then
# whose data and how much of it, then the steps, which anybody could take.

# %%
lab.probe("{id}")

# %% [markdown]
# <details><summary>To think about: whom does this concern, and would they have to be told?</summary>
#
# Take the numbers of the card. If it counts patients, images or attributes, strangers could have had them from the day of the
# change on, whether or not somebody did: a personal data breach to be assessed (GDPR, articles 33 and 34). If it counts
# none, ask what the outsider can do next with what was gained, and what a patient would say about it.
#
# </details>
#
# <details><summary>The card says “not checked”?</summary>
#
# Then a part is missing on this machine, this sandbox cannot show the weakness, or a graver one hides it; the card says
# which. Read on: the story, the traces and the repairs are the same. The check will not turn green here, and it will say so.
#
# </details>

# %% [markdown] when="compose_file"
# ## The same mistake in a compose file
#
# In containers it is one line of `docker-compose.yml`. This lab has such a file itself; here is what it publishes, and what
# `pacslab audit` says of a copy in which the addresses are missing. The copy is read and never run.

# %% when="compose_file"
lab.compose_file()

# %% [markdown]
# ## Find it in the logs
#
# The lab breaks in once more and shows, log by log, what is left of it. Before you run the cell: which log do you expect to
# speak, and which to be silent?

# %%
lab.traces("{id}")

# %% [markdown] when="unseen"
# No log shows this intrusion. What cannot be noticed has to be prevented, and assumed when it was possible.

# %% [markdown]
# ## Repair
#
# These repairs were proposed. One of them is right. The others leave the weakness open or stop the hospital.

# %%
lab.fixes("{id}")

# %% [markdown] when="in_the_site"
# ### Exercise: close it
#
# Write the number of your choice. Stuck? `lab.hint("{id}")` helps, in three steps. You may also write a repair of your own:
# put `lab.change(…)` in the place of the last line, with a dictionary of the form `{"section": {"Option": value}}`; `lab.site`
# shows the sections. What is printed is the difference: `-` went, `+` came.

# %% when="in_the_site"
# solution
choice = {right}
# trainee: choice = {wrong}  # your choice, 1 to {count}
# end solution
lab.fix("{id}", choice)

# %% [markdown] when="elsewhere"
# ### Exercise: which one?
#
# The right repair is **made outside the site**: the lab says how, and cannot make it for you. Decide which it is;
# `lab.hint("{id}")` helps, in three steps. Proposals that change the site can be tried with `lab.fix("{id}", number)`.

# %% [markdown] when="in_the_site"
# ## Prove it
#
# The check tries the intrusion again, looks whether anything else got worse, and plays the clinic's day. Green means: it
# holds. Otherwise the card says why; run `lab.misconfigure("{id}")`, choose anew, and check again. **Try the wrong ones too:**
# each fails in a way of its own.

# %% [markdown] when="elsewhere"
# ## Prove it
#
# The check asks the running archive. It turns green once the repair has been made outside and the lab has been started again;
# until then it says “not yet”, whatever was changed in the site.

# %%
lab.check("{id}")

# %% [markdown]
# <details><summary>All the repairs, and what comes of them</summary>
#
# {repairs}
#
# </details>

# %% [markdown]
# Leave the site healthy:

# %%
lab.harden()

# %% [markdown]
# ## In this notebook we
#
# - opened a weakness on purpose and saw what it gives away: *{title}*;
# - compared what the logs show of it with what happened;
# - looked for the repair after which the outsider is turned away and the clinic's day still runs.
#
# **References.** {references}
#
# **Next:** all notebooks, by chapter, with your progress: [overview]({overview}).
