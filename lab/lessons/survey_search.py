"""A search engine for connected devices: whoever can type a query finds the archives."""

from __future__ import annotations

from collections import Counter

from lab.course.surveyed import Searched
from lab.i18n import t
from lab.lesson import Judgement, Lesson, Question, missing_and_extra
from lab.survey.population import course_population
from lab.survey.system import Viewer


def _viewers(searched: Searched) -> Judgement:
    right = {s.address for s in course_population().accessible if s.country == "US" and s.viewer is Viewer.OPEN}
    found = {host.address for host in searched.hits.hosts}
    if searched.hits.total > len(found):
        return Judgement(False, t("{n} systems: more than one page. Narrow it down.", n=searched.hits.total))
    return missing_and_extra(found, right)


def _product(name: str) -> Judgement:
    counts = Counter(s.product for s in course_population().accessible if s.viewer is Viewer.OPEN)
    most = max(counts.values())
    if counts.get(name) == most:
        return Judgement(True, t("{n} of the open viewers belong to it.", n=most))
    if name in counts:
        return Judgement(False, t("{n} of the open viewers belong to it; another product has more.", n=counts[name]))
    return Judgement(False, t("No open viewer belongs to {product!r}.", product=name))


LESSON = Lesson(
    id="survey-search",
    notebook=60,
    title=t("A search engine finds the archives"),
    minutes=20,
    roles=(t("IT management"), t("data protection officers"), t("PACS administrators")),
    questions=(
        Question(
            id="viewers",
            text=t("Which web viewers in the USA show patients to anybody?"),
            takes=(Searched,),
            judge=_viewers,
            hints=(
                t("A query may have several filters, with a space between them; all of them must hold."),
                t("One filter is country:US. The other asks whether a system has a viewer that was seen to be open."),
            ),
        ),
        Question(
            id="product",
            text=t("Which product has the most open viewers?"),
            takes=(str,),
            judge=_product,
            hints=(
                t("Search for has:viewer and look at the facets of the answer: searched.hits.facets."),
                t(
                    'The facet "product" is sorted, the most frequent first. If two share the first place, either is right.'
                ),
            ),
        ),
    ),
)
