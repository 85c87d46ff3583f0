"""Echo and find by hand: one association, byte by byte."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from lab.course.internet import Answered, HandCall
from lab.i18n import t
from lab.lesson import Judgement, Lesson, Question
from lab.survey.archive import Archive
from lab.survey.population import course_population
from lab.survey.system import System
from lab.survey.tool.call import Message
from lab.survey.wire import dimse, pdu

_ECHO_RESPONSE = dimse.C_ECHO_RQ | dimse.RESPONSE
_FIRST, _LAST = "20190801", "20190831"


_ELSEWHERE = t("The Internet of summer 2019 has no such system: take one of lab.internet().")


def _system(address: str) -> System | None:
    return next((system for system in course_population().systems if system.address == address), None)


def _implementation(call: HandCall, name: str) -> Judgement:
    system = _system(call.target.address)
    if system is None:
        return Judgement(False, _ELSEWHERE)
    says = system.implementation
    if name == says:
        return Judgement(True, t("That is what the archive's software says of itself."))
    return Judgement(False, t("These bytes say {name!r}. That is not the implementation version name.", name=name[:40]))


def _echo(call: HandCall) -> Judgement:
    asked = [message for message in call.transcript if message.sent and _field(message) == dimse.C_ECHO_RQ]
    if not asked:
        return Judgement(False, t("No C-ECHO-RQ crossed this connection."))
    if not any(message.by_hand for message in asked):
        return Judgement(False, t("The C-ECHO-RQ is the lab's own (.echo()). Write one, and send it with .send(…)."))
    answers = [message for message in call.transcript if not message.sent and _field(message) == _ECHO_RESPONSE]
    if not answers:
        return Judgement(False, t("A C-ECHO-RQ crossed, and no C-ECHO-RSP came back."))
    statuses = [_command(message.data).get(dimse.STATUS) for message in answers]
    if dimse.SUCCESS not in statuses:
        return Judgement(False, t("The archive answered, and its status is not 0x0000, success."))
    return Judgement(True, t("The archive answered your bytes with a C-ECHO-RSP."))


def _field(message: Message) -> object:
    return _command(message.data).get(dimse.COMMAND)


def _command(message: bytes) -> dict[int, Any]:
    """The command set of a message, empty when it has none or is not readable."""
    if message[:1] != bytes((pdu.P_DATA,)):
        return {}
    try:
        values = list(pdu.data_values(message[6:]))
        return dimse.read_command(values[0][3]) if values[0][1] else {}
    except pdu.Malformed:
        return {}


def _august(answered: Answered) -> Judgement:
    if "StudyDate" not in answered.asked or not answered.matches:
        return Judgement(False, t("No answers with a StudyDate."))
    outside = sum(not _FIRST <= match["StudyDate"] <= _LAST for match in answered.matches)
    if outside:
        return Judgement(False, t("{n} of the answers are not of August 2019.", n=outside))
    system = _system(answered.target.address)
    if system is None:
        return Judgement(False, _ELSEWHERE)
    archive = Archive(system)
    there = len(archive.studies_between(*(_day(text) for text in (_FIRST, _LAST))))
    if len(answered.matches) < min(there, 20):
        return Judgement(False, t("{n} answers; the archive has more studies of August 2019.", n=len(answered.matches)))
    return Judgement(
        True,
        t(
            "{n} answers, all of August 2019. The archive has {there} such studies.",
            n=len(answered.matches),
            there=there,
        ),
    )


def _day(text: str) -> date:
    return datetime.strptime(text, "%Y%m%d").date()


LESSON = Lesson(
    id="survey-by-hand",
    notebook=61,
    title=t("Echo and find by hand, byte by byte"),
    minutes=30,
    roles=(t("PACS administrators"), t("network administrators"), t("modality engineers")),
    questions=(
        Question(
            id="implementation",
            text=t("Which bytes of the answer name the archive's software?"),
            takes=(HandCall, str),
            judge=_implementation,
            hints=(
                t("Look for the item of type 0x55 in the card, and for the bytes that follow its four header bytes."),
                t("The first number of a row is where its bytes begin; the item's header says how many there are."),
            ),
        ),
        Question(
            id="echo",
            text=t("A C-ECHO that you wrote yourself"),
            takes=(HandCall,),
            judge=_echo,
            hints=(
                t("The command field says what is wanted. PS3.7, annex E lists its values."),
                t("C-ECHO-RQ is 0x0030, and C-ECHO-RSP is 0x8030: a response has the highest bit set."),
            ),
        ),
        Question(
            id="august",
            text=t("Only the studies of August 2019"),
            takes=(Answered,),
            judge=_august,
            hints=(
                t("A key with a value must match. Two dates with a minus sign between them are a range."),
                t("Dates are written YYYYMMDD, without spaces."),
            ),
        ),
    ),
)
