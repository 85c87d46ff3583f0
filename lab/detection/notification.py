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
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def deadline(self) -> datetime:
        """Until when the authority must have been told."""
        return self.aware + DEADLINE

    @property
    def patients_must_be_told(self) -> bool:
        """Whether the risk to the patients is likely to be high (art. 34(1)): data on health, in the hands of somebody unknown."""
        return bool(self.account.patients) and (self.account.copied or bool(HEALTH & self.account.attributes))

    def sections(self) -> tuple[tuple[Text, tuple[Text | str, ...]], ...]:
        """Headings and what stands below them, in the trainee's language."""
        return (
            (t("1. Nature of the breach (art. 33(3)(a))"), self._nature()),
            (t("2. Who and what is concerned (art. 33(3)(a))"), self._concerned()),
            (t("3. Contact (art. 33(3)(b))"), (self.contact,)),
            (t("4. Likely consequences (art. 33(3)(c))"), self._consequences()),
            (t("5. Measures (art. 33(3)(d))"), self.measures or (t("none yet"),)),
            (t("6. Deadlines and the patients (art. 33(1), 34)"), self._deadlines()),
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
        kind = (
            t("Confidentiality: images left the archive.")
            if account.copied
            else t("Confidentiality: records were looked up; no image left the archive.")
        )
        return (
            kind,
            t(
                "From {began} to {ended}, by {by}.",
                began=_time(account.began),
                ended=_time(account.ended),
                by=account.by,
            ),
        )

    def _concerned(self) -> tuple[Text, ...]:
        labels = ", ".join(str(_label(name)) for name in sorted(self.account.attributes))
        return (
            tn("{n} patient", "{n} patients", len(self.account.patients)),
            t("Categories of data: {labels}.", labels=labels or "–"),
            t("Data concerning health (art. 9): {answer}.", answer=_yes(bool(HEALTH & self.account.attributes))),
        )

    def _consequences(self) -> tuple[Text, ...]:
        lines = [t("Strangers know who was examined, when and for what: disclosure, discrimination, blackmail.")]
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
            t("Tell the patients: {answer}, because {why} (art. 34(1)).", answer=_yes(told), why=why),
            t("Write it into the register of breaches in any case (art. 33(5))."),
        )


def _label(name: str) -> Text:
    return t("the images themselves") if name == IMAGE else Attribute(name).label


def _yes(answer: bool) -> Text:
    return t("yes") if answer else t("no")


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
