# %% [markdown]
# # Overview of the course
#
# All notebooks by chapter. Click on one to open it; the order within a chapter is yours. Start with
# [00, the lab and its rules](00_welcome.ipynb), then 01 to 03, which explain every step. The other notebooks on weaknesses
# follow the same steps in fewer words.

# %% [markdown]
# {weaknesses}

# %% [markdown]
# ## Lessons with questions
#
# Nothing is repaired here: you look, count, write and decide, and the lab judges your answers.
#
# {lessons}

# %% [markdown]
# ## Where you are
#
# Run the two cells to see your progress. It is kept on this computer only.

# %%
from lab import Lab

lab = Lab(language="en")  # language
lab.scenarios()

# %%
lab.lessons()
