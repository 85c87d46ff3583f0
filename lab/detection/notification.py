"""The form that comes of an investigation: notification of a breach of personal data to the authority (GDPR art. 33, 34).

It is a form for practice about people who do not exist. Its headings follow art. 33(3)(a) to (d); the authority's own form
(in France the CNIL's) asks for the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape

from lab.detection.breach import IMAGE, Account
from lab.i18n import Text, language, t, tn
from lab.model import Attribute

DEADLINE = timedelta(hours=72)
"""GDPR art. 33(1): without undue delay and, where feasible, not later than 72 hours after having become aware of it."""
HEALTH = frozenset({IMAGE, Attribute.PROCEDURE.value})
"""What says something about health (GDPR art. 4(15)): data of art. 9."""


@dataclass(frozen=True)
class Notification:
    """A filled-in notification. ``measures`` is what the trainee did about it; times without zone, the hospital's own."""

    account: Account
    aware: datetime
    """When the controller became aware of the breach: the first alarm that somebody looked at."""
    measures: tuple[str, ...] = ()
    contact: str = "dpo@hopital.example"
    sent: datetime | None = None
    """When the authority is told; after the deadline, the reasons for the delay go with it (art. 33(1))."""
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def deadline(self) -> datetime:
        """Until when the authority must have been told."""
        return self.aware + DEADLINE

    @property
    def late(self) -> bool:
        """Whether the authority is told later than within 72 hours."""
        return self.sent is not None and self.sent > self.deadline

    @property
    def patients_must_be_told(self) -> bool:
        """Whether the risk to the patients is likely to be high (art. 34(1)): data on health in the hands of somebody
        unknown, or a record that is no longer what the doctors wrote."""
        account = self.account
        grave = account.copied or account.changed or account.deleted or bool(HEALTH & account.attributes)
        return bool(account.patients) and grave

    def sections(self) -> tuple[tuple[Text, tuple[Text | str, ...]], ...]:
        """Headings and what stands below them, in the trainee's language."""
        return (
            (t("1. Nature of the breach (art. 33(3)(a))"), self._nature()),
            (t("2. Who and what is concerned (art. 33(3)(a))"), self._concerned()),
            (t("3. Contact (art. 33(3)(b))"), (self.contact,)),
            (t("4. Likely consequences (art. 33(3)(c))"), self._consequences()),
            (t("5. Measures (art. 33(3)(d))"), self.measures or (t("none yet"),)),
            (t("6. Deadlines and the patients (art. 33(1), 34)"), self._deadlines()),
            *(
                ((t("7. What the patients are told (art. 34(2))"), self.letter()),)
                if self.patients_must_be_told
                else ()
            ),
        )

    def letter(self) -> tuple[Text | str, ...]:
        """What the patients are told, in clear and plain language (art. 34(2)): what happened, what may come of it, what is done, whom to ask."""
        account = self.account
        what = [
            *([t("Images and examination data of yours were copied.")] if account.copied else []),
            *([t("Examination data of yours were looked up.")] if self._only_looked_up else []),
            *([t("Records in the archive were altered, or forged ones added.")] if account.changed else []),
            *([t("Records were deleted from the archive.")] if account.deleted else []),
        ]
        happened = t(
            "On {day}, somebody got into our image archive who had no right to.", day=f"{account.began:%Y-%m-%d}"
        )
        return (
            happened,
            *what,
            *self._consequences(),
            t("What we have done about it: {measures}", measures=" ".join(self.measures) or "–"),
            t("Questions are answered by our data protection officer: {contact}.", contact=self.contact),
        )

    def html(self) -> str:
        """The form as one page of its own, to print or to send."""
        body = "".join(
            f"<h2>{escape(str(title))}</h2><ul>{''.join(f'<li>{escape(str(line))}</li>' for line in lines)}</ul>"
            for title, lines in self.sections()
        )
        title = escape(str(t("Notification of a personal data breach (exercise)")))
        style = "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}h2{font-size:1.1rem}"
        return (
            f'<!doctype html><html lang="{language()}"><meta charset="utf-8"><title>{title}</title><style>{style}</style>'
            f"<main><h1>{title}</h1><p>{escape(str(t('Synthetic patients; for practice only.')))}</p>{body}</main></html>"
        )

    def _nature(self) -> tuple[Text, ...]:
        account = self.account
        kinds = [
            *([t("Confidentiality: images left the archive.")] if account.copied else []),
            *(
                [t("Confidentiality: records were looked up; no image left the archive.")]
                if self._only_looked_up
                else []
            ),
            *([t("Integrity: records were altered, or forged ones added.")] if account.changed else []),
            *([t("Availability: records were deleted.")] if account.deleted else []),
        ]
        return (
            *kinds,
            t(
                "From {began} to {ended}, by {by}.",
                began=_time(account.began),
                ended=_time(account.ended),
                by=account.by,
            ),
        )

    @property
    def _only_looked_up(self) -> bool:
        account = self.account
        return not account.copied and (bool(account.attributes) or not (account.changed or account.deleted))

    def _concerned(self) -> tuple[Text, ...]:
        labels = ", ".join(str(_label(name)) for name in sorted(self.account.attributes))
        return (
            tn("{n} patient", "{n} patients", len(self.account.patients)),
            tn("about {n} record (study)", "about {n} records (studies)", self.account.records)
            if self.account.records
            else t("number of records (studies): not known yet"),
            t("Categories of data: {labels}.", labels=labels or "–"),
            t("Data concerning health (art. 9): {answer}.", answer=_yes(bool(HEALTH & self.account.attributes))),
        )

    def _consequences(self) -> tuple[Text, ...]:
        lines = []
        if self.account.copied or self._only_looked_up:
            lines.append(
                t("Strangers know who was examined, when and for what: disclosure, discrimination, blackmail.")
            )
        if self.account.changed:
            lines.append(t("A doctor may trust an image that is not the patient's: a wrong diagnosis or treatment."))
        if self.account.deleted:
            lines.append(
                t("An examination is missing when it is needed: treatment comes late, or images are taken again.")
            )
        if Attribute.BIRTH_DATE.value in self.account.attributes:
            lines.append(t("Name and date of birth together serve to impersonate a patient."))
        return tuple(lines)

    def _deadlines(self) -> tuple[Text, ...]:
        told = self.patients_must_be_told
        why = t("the risk to them is likely to be high") if told else t("a high risk to them is not likely")
        return (
            t(
                "Aware since {aware}; the authority must be told by {deadline} (72 hours).",
                aware=_time(self.aware),
                deadline=_time(self.deadline),
            ),
            *(
                [
                    t(
                        "Told after the deadline. Reasons for the delay (art. 33(1)): {why}",
                        why=self.notes.get("delay") or "–",
                    )
                ]
                if self.late
                else []
            ),
            t("Tell the patients: {answer}, because {why} (art. 34(1)).", answer=_yes(told), why=why),
            t("Write it into the register of breaches in any case (art. 33(5))."),
        )


def _label(name: str) -> Text:
    return t("the images themselves") if name == IMAGE else Attribute(name).label


def _yes(answer: bool) -> Text:
    return t("yes") if answer else t("no")


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
