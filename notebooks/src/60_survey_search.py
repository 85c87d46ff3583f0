# %% [markdown]
# # A search engine finds the archives
#
# Nobody who made the survey of 2019 had to scan the Internet. Search engines for connected devices had done so already:
# whoever typed a query got a list of archives. In this notebook you use such an engine, over an Internet of 2,300 systems
# that the lab simulates on this computer.
#
# **After this notebook you can**
#
# - explain what a banner is, and why an archive that nobody announced is found all the same;
# - put a query together from filters, and read its facets;
# - say what such an engine cannot tell you: what a system really is, and what it shows.
#
# About 20 minutes. For IT management, data protection officers and PACS administrators. Lesson: `survey-search`.

# %% [markdown]
# ## An Internet to practise on
#
# The simulated Internet lies on loopback addresses of this computer, 127.64.0.0 to 127.127.255.255. No packet leaves the
# machine, and the lab's clients refuse every other address. Its totals are those that the survey published; whatever no
# source gives is *modelled*. Who lives there?

# %%
from lab import Lab

lab = Lab(language="en")  # language
internet = lab.internet()
internet

# %% [markdown]
# A description like this one is what you never get on the real Internet. There you have addresses, and what the systems
# say when somebody connects. Look at the first three addresses of the list:

# %%
for target in internet.targets[:3]:
    print(target.address, target.port, target.country, target.operator, sep="  ")

# %% [markdown]
# ## The first query
#
# The engine has visited each address once: it connected, noted what the system said of itself (its **banner**), and hung
# up. Where a web page answered, it fetched that page too, and noted whether patients stood on it. Such a visit is called a
# *crawl*; the next cell makes it, in a few seconds. Port 11112 is one of the two that the survey went by; 104 is the other.

# %%
searched = internet.search("port:11112")
searched

# %% [markdown]
# Each line is a system that its operator may believe to be known to nobody. Where does the column *product* come from?
# In DICOM, both sides name their implementation while they open the conversation, before anyone has logged in.

# %%
print(next(host.banner for host in searched.hits.hosts if host.product))

# %% [markdown]
# <details><summary>To think about: would it help to switch the banner off?</summary>
#
# A little. Whoever looks for *one* product with a known fault finds it less easily. But the protocol itself answers: a
# system that speaks DICOM on port 104 is an archive or a modality, whatever it calls itself.
#
# </details>

# %% [markdown]
# ## The query language
#
# Filters can be combined; all of them must hold. A minus sign in front excludes.
#
# | filter | finds |
# |---|---|
# | `port:104,11112` | one port or the other |
# | `country:FR` | where the address is registered |
# | `product:"Clairvault PACS"` | a product; with quotation marks, because of the space |
# | `org:clinic` | a word of the operator's name |
# | `service:dicom`, `service:ssh` | what is spoken on the port |
# | `has:dicom`, `has:tls`, `has:web`, `has:viewer` | something that the crawl saw; `has:viewer` is a page that lists patients without a login |
# | any other word | is looked for in the banner |
#
# What listens on these ports that is no archive at all?

# %%
internet.search("-has:dicom")

# %% [markdown]
# ### Exercise: the open viewers
#
# 39 of the archives of 2019 showed their patients in a web page to anybody, unencrypted. Write the query that finds those
# of the **USA**, and only those.

# %%
# solution
query = "country:US has:viewer"
# trainee: query = "country:US"  # add what is missing
# end solution
viewers = internet.search(query)
viewers

# %%
lab.answer("survey-search", "viewers", viewers)

# %% [markdown]
# Stuck? `lab.hint("survey-search", "viewers")` gives a hint.

# %% [markdown]
# ## A first look
#
# What does somebody see who types the address of such a viewer? The next cell opens one in India or Brazil, as a browser would. Nobody asks
# for a password. The patients are invented; the page says so.

# %%
pages = internet.search("country:IN,BR has:web").hits.hosts
internet.visit(next(host.address for host in pages if host.viewer))

# %% [markdown]
# <details><summary>To think about: may one look at such a page on the real Internet, if only to make sure?</summary>
#
# No. From the first line on, one would be reading the health data of strangers. That the page is open is known already, from the
# engine; notebook 66 says what to do with that knowledge.
#
# </details>

# %% [markdown]
# ## Facets
#
# An engine also counts. Below every search stand its **facets**: how many hits per country, port, product and service.
# That is how somebody who has found one careless product finds its other customers.

# %%
searched = internet.search("product:Orthanc country:FR,DE,IT")
searched.hits.facets

# %% [markdown]
# ### Exercise: one product
#
# Which product has the most open viewers in the whole world? Search, look at the facets, and write its name.

# %%
# solution
product = internet.search("has:viewer").hits.facets["product"][0][0]
# trainee: product = ""  # the name, as the facets write it
# end solution
lab.answer("survey-search", "product", product)

# %% [markdown]
# <details><summary>To think about: does that make it the least secure product?</summary>
#
# No. It may simply be the one that is sold most. Here product names and shares are *modelled*; on the real Internet one
# would have to know how many installations there are in all, and no search engine knows those that stand behind a
# gateway.
#
# </details>

# %% [markdown]
# ## What the engine does not know
#
# Search for everything that speaks DICOM, and compare the number with the 590 archives that stood open.

# %%
dicom = internet.search("has:dicom")
dicom.hits.total

# %% [markdown]
# Most of these systems reject a stranger, some only pretend to be archives, and the engine cannot tell. To know, somebody
# has to ask each of them. You do that in the next two notebooks: by hand, and then all of them.
#
# The same engine has a web page, with a map, and links to the pages of the viewers. It stays for as long as this notebook runs;
# in a terminal, `pacslab search` serves it too.

# %%
internet.page()

# %% [markdown]
# ## In this notebook we
#
# - searched an Internet of 2,300 systems by port, country, product and what they show;
# - saw that a banner is given before anybody has logged in;
# - found every open viewer of a country with two words, and saw what one of them shows;
# - learnt that a hit is a candidate, not a finding.
#
# **References.** The method of the survey of 2019: iTnews · Later counts by such engines: Censys 2024, TrendAI 2025 (press)
#
# **Next:** notebook 61. You ring up one archive yourself, byte by byte.
