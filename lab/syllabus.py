"""The lessons of the course: whatever files lie in ``lab/lessons``. There is no list to keep up to date."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from functools import cache

from lab import lessons
from lab.errors import UnknownScenario
from lab.i18n import t
from lab.lesson import Lesson


@cache
def syllabus() -> dict[str, Lesson]:
    """Every lesson by id, in the order of their notebooks."""
    names = [module.name for module in pkgutil.iter_modules(lessons.__path__)]
    found: list[Lesson] = [importlib.import_module(f"{lessons.__name__}.{name}").LESSON for name in names]
    found.sort(key=lambda lesson: lesson.notebook)
    return {lesson.id: lesson for lesson in found}


def lesson(name: str) -> Lesson:
    """The lesson with this id. Raises UnknownScenario with the nearest id."""
    known = syllabus()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
        tip = t("Did you mean {near}?", near=near[0]) if near else t("There are: {known}.", known=", ".join(known))
        raise UnknownScenario(t("There is no lesson {lesson!r}.", lesson=name), tip)
    return known[name]
