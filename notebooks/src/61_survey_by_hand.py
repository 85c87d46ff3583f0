# %% [markdown]
# # Echo and find by hand, byte by byte
#
# “An ordinary DICOM viewer” was all that the survey of 2019 needed. What does such a viewer say on the wire, and what does
# the archive answer? In this notebook you hold one conversation with a simulated archive and look at every byte of it.
#
# **After this notebook you can**
#
# - name the four steps of a DICOM conversation: associate, echo, find, release;
# - read an association request and its answer byte by byte;
# - write a C-ECHO yourself, and a C-FIND that returns no more than you want.
#
# About 30 minutes. For PACS administrators, network administrators and modality engineers. Lesson: `survey-by-hand`.

# %% [markdown]
# ## Choose somebody to talk to
#
# The search engine gives us an address in France.

# %%
from lab import Lab

lab = Lab(language="en")  # language
internet = lab.internet()
hits = internet.search('country:FR product:"Clairvault PACS" version:3.1').hits
archive = hits.hosts[0]
print(archive.address, archive.port, archive.org)

# %% [markdown]
# ## Step 1: the association
#
# DICOM runs over TCP. Before anything is asked, the two sides agree on an **association**: who calls whom, what for
# (*abstract syntax*), and how the data will be encoded (*transfer syntax*). The caller's message is an A-ASSOCIATE-RQ.

# %%
call = internet.call(archive.address)
answer = call.associate(called="ANY-SCP", calling="STUDENT")
internet.dissect(call.transcript[0].data)

# %% [markdown]
# Read it from the top. One byte says what kind of message this is (`01`), four bytes how long the rest is. Then come
# the two AE titles, 16 bytes each, filled up with spaces (`20`). After them there are **items**: one byte for the type, one that is
# reserved, two for the length, and the content. An item may hold other items.
#
# Two *presentation contexts* are proposed: number 1 for C-ECHO, number 3 for C-FIND. What did the archive make of them?

# %%
internet.dissect(answer)

# %% [markdown]
# <details><summary>To think about: where did the archive check who you are?</summary>
#
# Nowhere. Your title, `STUDENT`, is in its answer because it was copied there. There is no field for a password in an
# association request unless both sides support the negotiation of a user identity, which hardly any archive asks for.
#
# </details>

# %% [markdown]
# ### Exercise: who made this archive?
#
# One item of the answer names the software: the *implementation version name*, type `0x55`. Find in the card above at
# which byte its text begins and how long it is, and cut it out of `answer`.

# %%
# solution
item = answer.rindex(bytes([0x55, 0x00]))
start, length = item + 4, int.from_bytes(answer[item + 2 : item + 4], "big")
# trainee: start, length = 10, 16  # where the text begins, and its length
# end solution
name = answer[start : start + length].decode()
name

# %%
lab.answer("survey-by-hand", "implementation", call, name)

# %% [markdown]
# ## Step 2: the echo
#
# C-ECHO is DICOM's *are you there?* The request is a **command set**: elements with a tag (group 0000), a length and a
# value, all in little endian. `struct` writes them. The command set travels in a P-DATA-TF message, in
# presentation context 1.

# %%
import struct


def element(number: int, value: bytes) -> bytes:
    return struct.pack("<HHI", 0x0000, number, len(value)) + value


def message(context: int, command: bytes) -> bytes:
    # 3: this is a command (1), and its last part (2)
    value = struct.pack(">IBB", len(command) + 2, context, 3) + command
    return struct.pack(">BBI", 4, 0, len(value)) + value


# %% [markdown]
# ### Exercise: write a C-ECHO
#
# The elements are ready but for one: the *command field* (0000,0100), which says what is wanted. Its values stand in DICOM
# PS3.7, annex E. Stuck? `lab.hint("survey-by-hand", "echo")`.

# %%
# solution
command_field = 0x0030
# trainee: command_field = 0x0000  # which number is C-ECHO-RQ?
# end solution

command = (
    element(0x0002, b"1.2.840.10008.1.1\0")  # what for: verification
    + element(0x0100, struct.pack("<H", command_field))  # what is wanted
    + element(0x0110, struct.pack("<H", 1))  # message number 1
    + element(0x0800, struct.pack("<H", 0x0101))  # no data set follows
)
command = element(0x0000, struct.pack("<I", len(command))) + command
echo = internet.call(archive.address)
echo.associate(calling="STUDENT")
reply = echo.send(message(1, command))
internet.dissect(reply)

# %%
lab.answer("survey-by-hand", "echo", echo)

# %% [markdown]
# Compare with the lab's own echo, on the first connection. The status `0x0000` means success.

# %%
call.echo()

# %%
internet.dissect(call.transcript[-2].data)

# %% [markdown]
# ## Step 3: the query
#
# C-FIND works like a form: empty keys are asked for, keys with a value must match. This one asks for what the survey of
# 2019 saw of each study. The lab's client stops (C-CANCEL) after 20 answers: that suffices as evidence.

# %%
call.ask(PatientName="", PatientBirthDate="", StudyDate="", StudyDescription="", InstitutionName="")

# %% [markdown]
# ### Exercise: one month only
#
# Whoever looks for something in particular narrows the question. Ask for the studies of **August 2019** only.

# %%
# solution
when = "20190801-20190831"
# trainee: when = ""  # a date, or a range of dates
# end solution
august = call.ask(PatientName="", StudyDate=when, StudyDescription="")
august

# %%
lab.answer("survey-by-hand", "august", august)

# %% [markdown]
# ## Step 4: the release
#
# Polite callers say goodbye. Ten bytes, and ten come back.

# %%
internet.dissect(call.release())

# %% [markdown]
# ## One that refuses
#
# Not every archive talks to strangers. This one rejects you before you can ask anything. Read the reason in the last
# byte.

# %%
others = internet.search("country:FR has:dicom").hits.hosts
refusing = next(host for host in others if "A-ASSOCIATE-RJ" in host.banner)
with internet.call(refusing.address) as refused:
    answer = refused.associate(calling="STUDENT")
internet.dissect(answer)

# %% [markdown]
# <details><summary>To think about: is this archive safe?</summary>
#
# It is safer than the first one. But titles can be guessed, and its answer says which of the two titles was wrong. Only TLS
# with certificates on both sides tells a workstation from somebody who calls himself by its name.
#
# </details>

# %% [markdown]
# ## In this notebook we
#
# - held a whole DICOM conversation and read its messages byte by byte;
# - wrote a C-ECHO with nothing but `struct`, and a real protocol stack answered it;
# - asked for one month instead of everything;
# - saw that nobody asked who we are.
#
# **References.** DICOM PS3.8, 9.3: the messages of the upper layer · PS3.7, annex E: command sets · PS3.4, C.4.1: C-FIND
#
# **Next:** notebook 62. All 2,300 of them, politely.
