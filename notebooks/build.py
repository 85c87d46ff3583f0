"""Derive the trainee's notebooks from their sources.

``notebooks/src/NN_<id>.py`` is the only place to edit. ``python notebooks/build.py`` writes
``notebooks/en/NN_<id>.ipynb`` and ``notebooks/fr/NN_<id>.ipynb``: solutions taken out, no outputs, French from
``notebooks/locale/fr.po``. A scenario without a source gets ``notebooks/en/weaknesses/<chapter>/<id>.ipynb`` from
``notebooks/template/01_weakness.py``, a source with ``{placeholders}`` for the scenario's own texts; ``00_index.py`` gives the
overview. ``--help`` lists the other commands. How a source is written:

Cells
    Jupytext's py:percent. Every cell begins with ``# %%`` (code) or ``# %% [markdown]``; the first markdown cell has
    the title, ``# …``. Metadata such as ``tags=["x"]`` may follow the marker. Code is plain Python, without magics.

Solutions
    In a code cell, ``# solution`` … ``# end solution`` enclose what the trainee is to find, at any indent. Its last
    lines, ``# trainee: …``, are what stands in the trainee's copy instead (one space after the colon is dropped, more
    are indent; ``# trainee:`` alone is an empty line). The trainee's copy must run from top to bottom, so these lines
    define what later cells use::

        # solution
        repair = {"AuthenticationEnabled": True}
        # trainee: repair = {}  # your options here
        # end solution

Language
    On a line that ends in ``# language``, ``"en"`` becomes the notebook's language. The mark itself is taken out::

        lab = Lab(language="en")  # language

Translation
    Each markdown cell is one text. So is each comment at the end of a line, and each block of full-line comments of the
    same indent; comments for linters (``noqa``, ``type:``, ``fmt:``) and those without a letter are left alone. Strings
    in code are not translated: what a trainee reads comes from ``lab``, which speaks both languages.
    ``--extract`` puts new texts into the catalogue; an edited text keeps its French, marked fuzzy, and counts as
    untranslated until a translator has taken the mark away.
"""

import sys

from builder.cli import main

if __name__ == "__main__":
    sys.exit(main())
