"""The report's table and map rebuilt, beside the publication and its disagreements."""

from __future__ import annotations

from collections.abc import Mapping

from lab.i18n import t
from lab.lesson import Judgement, Lesson, Question
from lab.survey import facts
from lab.survey.population import course_population


def _by_country(table: Mapping[str, object]) -> Judgement:
    by_country: dict[str, dict[str, int]] = course_population().totals()["by_country"]  # type: ignore[assignment]
    right = {code: figures["images"] for code, figures in by_country.items()}
    try:
        found = {str(code): int(images) for code, images in table.items()}  # type: ignore[call-overload]
    except (OverflowError, TypeError, ValueError):
        return Judgement(False, t("Not every value is a number of images."))
    missing, extra = len(right.keys() - found.keys()), len(found.keys() - right.keys())
    if missing or extra:
        words = t(
            "{n} countries; {missing} are missing, {extra} have no open archive.",
            n=len(found),
            missing=missing,
            extra=extra,
        )
        return Judgement(False, words)
    wrong = sorted(code for code in right if right[code] != found[code])
    if wrong:
        return Judgement(
            False, t("The number of images is not right for {n} countries.", n=len(wrong)), (" ".join(wrong),)
        )
    return Judgement(True, t("All {n} countries, and every number is right.", n=len(right)))


def _share(percent: float) -> Judgement:
    totals = course_population().totals()
    right = 100 * int(str(totals["downloadable"])) / int(str(totals["images"]))
    if abs(percent - right) <= 1:
        return Judgement(True, t("About {n} of 100 images could simply be copied.", n=round(right)))
    return Judgement(False, t("{n} % does not follow from the totals.", n=round(percent, 1)))


def _apart(millions: int) -> Judgement:
    assert facts.WORLD.images is not None
    right = (facts.WORLD.images.value - facts.IMAGES_ELSEWHERE.value) // 10**6
    if millions == right:
        return Judgement(True, t("{n} million images lie between two accounts of one survey.", n=right))
    return Judgement(False, t("{n} million is not the difference of the two printed figures.", n=millions))


LESSON = Lesson(
    id="survey-report",
    notebook=63,
    title=t("The report's table and map, and where its sources disagree"),
    minutes=30,
    roles=(t("data protection officers"), t("IT management")),
    questions=(
        Question(
            id="table",
            text=t("How many images stand open in each country?"),
            takes=(Mapping,),
            judge=_by_country,
            hints=(
                t("Begin with the rows of the open archives: rows[rows.outcome == …]."),
                t("pandas groups rows by a column: .groupby(column)[another].sum()."),
            ),
        ),
        Question(
            id="share",
            text=t("What share of the images can be downloaded, in per cent?"),
            takes=(float,),
            judge=_share,
            hints=(
                t("summer.totals has both numbers: images, and downloadable."),
                t("A hundred times the part, divided by the whole."),
            ),
        ),
        Question(
            id="disagreement",
            text=t("By how many million images do the two articles differ?"),
            takes=(int,),
            judge=_apart,
            hints=(t("The card above names both figures, under “Where the sources disagree”."), t("Subtract them.")),
        ),
    ),
)
