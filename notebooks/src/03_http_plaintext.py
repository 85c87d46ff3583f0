# %% [markdown]
# # Passwords and names that cross in the clear
#
# This time the archive does ask for a password. But the door is plain HTTP, and whoever sits on the way reads along: in a
# café's Wi-Fi, at a provider, on a switch. In this notebook you are the one who sits there.
#
# **After this notebook you can**
#
# - read a password and patients' names from captured bytes, and say why the same does not work with TLS;
# - explain why no log of the hospital shows this intrusion;
# - repair it, and say what is left to do once a password has crossed in the clear.
#
# About 30 minutes. For PACS administrators, network administrators and data protection officers. Scenario:
# `http-plaintext`.

# %% [markdown]
# ## The story
#
# *(Modelled.)* The certificate had run out. Browsers showed a warning, and the help desk was called all day. “Until a new
# one is ordered”, the plain address was published instead. It works so well that nobody has ordered one.

# %% [markdown]
# ## Look: the healthy archive
#
# Bring the site into its healthy state. Only `https` is open where people work with the web.

# %%
from lab import Lab

lab = Lab(language="en")  # language
lab.harden()
lab.picture()

# %% [markdown]
# `lab.listen` gives you the doctor's client, and puts you on her way: what she sends and gets passes through your hands
# unchanged, and you keep a copy. She opens her patients through HTTPS. Can you read anything?

# %%
name = "dr.moreau"
doctor = (name, lab.site.users[name].password)

with lab.listen("doctor", "https", user=doctor) as (client, wire):
    client.get("/patients", params={"expand": "", "since": 0, "limit": 3})
wire

# %% [markdown]
# The first bytes of each side arrange the encryption; a word or two of that can be read, and nothing of what follows. Her
# login and her patients' names did cross. Which of these two words can be found in the whole capture?

# %%
[word for word in ("Authorization", "PatientName") if word in wire.text]

# %% [markdown]
# ## Break it
#
# Publish the plain address instead of HTTPS. Look at the drawing: the doors have changed, the archive itself has not. It
# still asks for an account.

# %%
lab.misconfigure("http-plaintext")

# %%
lab.picture()

# %% [markdown]
# The intruder without a password still gets nothing, so a quick test from outside finds no fault:

# %%
lab.look("intruder")

# %% [markdown]
# ## See it as an outsider
#
# Same place, same doctor, same request; only the door is another. Look for the line `Authorization`, and for the first
# patient's name.

# %%
with lab.listen("doctor", "http", user=doctor) as (client, wire):
    client.get("/patients", params={"expand": "", "since": 0, "limit": 3})
wire

# %% [markdown]
# <details><summary>Some archives send their answers with <code>Content-Encoding: gzip</code>. Is that a protection?</summary>
#
# No. Compressed is not encrypted: anyone can unpack it. If this archive compresses (that depends on its version), the card
# has unpacked the answer for you.
#
# </details>

# %% [markdown]
# The name stands there. The password seems not to: after `Basic` comes a row of letters.

# %%
line = next(line for line in wire.text.splitlines() if line.startswith("Authorization"))
line

# %% [markdown]
# ### Exercise: read the password
#
# The letters are Base64 (RFC 7617): another way to write the same bytes, with no key and no secret. `code` holds them.
# Decode them; the result is `user:password`.

# %%
from base64 import b64decode

code = line.split()[-1]
# solution
secret = b64decode(code).decode()
# trainee: secret = code  # b64decode gives bytes; .decode() makes text of them
# end solution
secret

# %% [markdown]
# What you have read, you can use. From now on the intruder logs in as the doctor, and no log will tell the two apart by
# name.

# %%
stolen = tuple(secret.split(":", 1)) if ":" in secret else None
lab.look("intruder", user=stolen)

# %% [markdown]
# ### The probe
#
# The lab's probe listens in the same way while the doctor opens five patients. Look at the table: names and dates of birth
# from what she was shown, and her password.

# %%
lab.probe("http-plaintext")

# %% [markdown]
# ## Find it in the logs
#
# You know by now where to look. Before you run the cell: which log will show the listener?

# %%
lab.traces("http-plaintext")

# %% [markdown]
# The listener is in none of them: who only listens sends nothing. The one ✔ is the doctor's own connection to the plain
# port. That shows the *risk*, and it is worth counting before one closes the port, because it tells who still uses it:
# each address below is somebody whose bookmark is out of date. (One of them is yours, from when you tried the stolen
# password. In Docker you share it with the doctor.)

# %%
from collections import Counter

Counter(line.split()[0] for line in lab.logs("gateway-stream", 500) if ":8042 " in line)

# %% [markdown]
# <details><summary>To think about: the data protection officer asks “Has anybody listened?” What can you answer?</summary>
#
# That nobody can know. One can say since when the door was plain, who used it, and which patients were opened in that
# time. Whether a risk to the persons is unlikely has to be judged on that, not on the absence of log lines; for
# passwords, assume that they are known.
#
# </details>

# %% [markdown]
# ## Repair
#
# Which doors does the gateway publish, and where?

# %%
lab.site.data()["gateway"]["publish"]

# %% [markdown]
# ### Exercise: close the way, keep the door
#
# Write the overlay: `{"gateway": {"publish": {…}}}`. The doctor on the Internet, the administrator in the office and the
# clinic must all still get in. Stuck? `lab.hint("http-plaintext")`.

# %%
# solution
repair = {"gateway": {"publish": {"http": [], "https": ["clinic", "office", "internet"]}}}
# trainee: repair = {}  # your change to the site
# end solution
print(lab.change(repair))

# %% [markdown]
# ## Prove it
#
# The check puts a listener on the doctor's way again, and one into the administrator's office, at every door that answers
# them.

# %%
lab.check("http-plaintext")

# %% [markdown]
# ### What a repair does not undo
#
# The way is encrypted. But what was read before remains known. The intruder tries the stolen password at the new door:

# %%
lab.look("intruder", "https", user=stolen)

# %% [markdown]
# If you have repaired the site and decoded the password, you see images: over TLS, with the doctor's account. Every
# password that has crossed in the clear must be changed. Give her a new one, and let the intruder try again.

# %%
from secrets import token_urlsafe

lab.change({"users": {name: {"password": token_urlsafe(15)}}})
lab.look("intruder", "https", user=stolen)

# %% [markdown]
# Does the hospital still work, now that the doctor has a new password?

# %%
lab.check("http-plaintext")

# %% [markdown]
# ## The repairs that colleagues propose
#
# Which one is right? Decide before you try.

# %%
lab.fixes("http-plaintext")

# %% [markdown]
# Write the number of your choice; the site is broken anew, repaired your way and checked. Try the wrong ones too.

# %%
# solution
choice = 3
# trainee: choice = 1  # your choice, 1 to 5
# end solution
lab.misconfigure("http-plaintext")
lab.fix("http-plaintext", choice)

# %%
lab.check("http-plaintext")

# %% [markdown]
# <details><summary>All five, and what comes of them</summary>
#
# 1. *HTTPS beside the plain port*: **still open.** The old address answers as before, and it is the one in everybody's
#    bookmarks.
# 2. *A longer password*: **still open.** In the clear, a long password is read as easily as a short one, and so is every
#    name.
# 3. *HTTPS, and the plain port closed*: **repaired.**
# 4. *The plain port inside the hospital only*: **still open.** Nothing crosses the Internet in the clear, because nothing
#    crosses at all: the referring doctor is locked out. On the hospital's own network, passwords
#    still cross in the clear.
# 5. *Close the plain port and wait for the certificate*: **stops the hospital.** Until it comes, nobody gets in.
#
# </details>

# %% [markdown]
# Leave the site healthy (the doctor's old password comes back with it; this is a lab):

# %%
lab.harden()

# %% [markdown]
# ## What it means
#
# **For patients.** A stolen password is not one record but all that its owner may see, for as long as it is valid.
#
# **For the hospital.** Encryption is one of the measures that article 32 of the GDPR names. Images that were not encrypted
# were among the causes for which the CNIL fined two doctors in December 2020. In the USA the HIPAA security rule has a
# standard of its own for it, transmission security (45 CFR 164.312(e)).
#
# **Beyond the web.** DICOM itself crosses in the clear unless one asks for TLS: of 3,627 servers counted in November and
# December 2025, 0.14 % did (TrendAI, press).

# %% [markdown]
# ## In this notebook we
#
# - listened on the doctor's way twice: over TLS there was nothing to read, over plain HTTP there was everything;
# - decoded a password that was never encrypted, and used it;
# - found that no log shows a listener, and that the gateway's stream log shows who still takes the plain way;
# - left only the encrypted door, proved it, and changed the password, because a repair does not undo what was read.
#
# **References.** [CWE-319: Cleartext Transmission of Sensitive
# Information](https://cwe.mitre.org/data/definitions/319.html) ·
# [RFC 7617: The 'Basic' HTTP Authentication Scheme](https://www.rfc-editor.org/rfc/rfc7617) · Orthanc Book, *Securing
# Orthanc* · GDPR, article 32 · 45 CFR 164.312(e) · CNIL, December 2020 (GDPRhub, press)
#
# This was the last of the first three weaknesses. Your progress:

# %%
lab.scenarios()
