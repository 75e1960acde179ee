"""The words of the workbook: jobs, relations, periods, marks of subjects, kinds of work, and what means «nothing»."""

from __future__ import annotations

import re
from typing import Final

from parta.exchange.values import fold

_ANYBODY: Final = (
    "ФИО", "Фамилия, имя, отчество", "Фамилия, имя", "Фамилия и имя", "Фамилия Имя Отчество",
)  # fmt: skip
WHOLE_NAMES: Final = {
    "students": (
        *_ANYBODY, "ФИО ученика", "ФИО учащегося", "ФИО обучающегося", "ФИО ребёнка", "Ф.И.О. ребёнка",
        "ФИО студента", "Ученик", "Учащийся", "Обучающийся", "Студент", "Список учащихся", "Список класса",
    ),
    "staff": (
        *_ANYBODY, "ФИО сотрудника", "ФИО учителя", "ФИО педагога", "ФИО преподавателя", "ФИО работника", "Сотрудник",
        "Учитель", "Преподаватель", "Педагог",
    ),
}  # fmt: skip
"""Heads of one column that holds the whole name, which schools use as often as three."""

ROLES: Final = {
    "директор": "director",
    "заместитель директора": "deputy",
    "завуч": "deputy",
    "зам. директора": "deputy",
    "оператор": "operator",
    "администратор": "operator",
    "учитель": "teacher",
    "преподаватель": "teacher",
    "педагог": "teacher",
    "мастер производственного обучения": "master",
    "мастер": "master",
    "социальный педагог": "social_pedagogue",
    "медицинский работник": "nurse",
    "медсестра": "nurse",
    "секретарь": "secretary",
    "проверяющий": "inspector",
    "учитель начальных классов": "teacher",
    "педагог дополнительного образования": "teacher",
    "педагог-психолог": "social_pedagogue",
    "заместитель директора по увр": "deputy",
    "заместитель директора по вр": "deputy",
    "классный руководитель": "teacher",
}
ROLE_STARTS: Final = {
    "учитель-": "teacher",
    "логопед": "teacher",
    "дефектолог": "teacher",
    "педагог": "teacher",
    "тьютор": "teacher",
    "воспитатель": "teacher",
    "концертмейстер": "teacher",
    "тренер": "teacher",
    "инструктор": "teacher",
    "психолог": "social_pedagogue",
    "врач": "nurse",
    "фельдшер": "nurse",
    "делопроизводитель": "secretary",
    "учитель": "teacher",
    "преподаватель": "teacher",
    "заместитель директора": "deputy",
    "зам. директора": "deputy",
    "зам. дир.": "deputy",
    "мастер п": "master",
    "медицинская сестра": "nurse",
    "педагог дополнительного": "teacher",
}
"""Beginnings of jobs → role: schools write the subject or the field of work after them."""
RELATIONS: Final = {
    "мать": "mother",
    "мама": "mother",
    "отец": "father",
    "папа": "father",
    "опекун": "guardian",
    "попечитель": "guardian",
    "законный представитель": "guardian",
    "иное": "other",
    "бабушка": "other",
    "дедушка": "other",
    "другой": "other",
}
RELATION_HEADS: Final = {"мат": "mother", "мам": "mother", "отц": "father", "отец": "father", "пап": "father"}
"""What a column of a guardian says of the relation by its own head: «ФИО матери», «Телефон отца»."""
TERM_KINDS: Final = {"четверть": "quarter", "четверти": "quarter", "полугодие": "half_year", "полугодия": "half_year",
                     "триместр": "trimester", "триместры": "trimester", "семестр": "semester", "семестры": "semester",
                     "модуль": "module", "модули": "module", "год": "year"}  # fmt: skip
TAGS: Final = {
    "язык": "language", "литература": "literature", "практика": "practice", "двойная отметка": "double_marks",
    "без отметок": "unmarked",
}  # fmt: skip
NOBODY: Final = {"", "нет", "вакансия", "вакант", "вакантно", "неназначен", "ненайден"}
"""What stands in the column of teachers when there is none; in the form of `fold`."""
WORK_KINDS: Final = {
    "": "", "устный ответ": "oral", "письменная работа": "written", "самостоятельная работа": "independent",
    "тест": "test", "сочинение": "composition", "лабораторная работа": "laboratory",
    "практическая работа": "practical", "контрольная работа": "control", "зачёт": "credit", "экзамен": "exam",
    "устный": "oral", "письменная": "written", "ср": "independent", "самостоятельная": "independent",
    "проверочная работа": "independent", "изложение": "composition", "эссе": "composition", "лр": "laboratory",
    "лабораторная": "laboratory", "практическая": "practical", "проект": "practical", "кр": "control",
    "контрольная": "control", "диктант": "control", "контрольный диктант": "control",
}  # fmt: skip
"""Words for kinds of work → codes of `organisation.actions.DEFAULT_WORK_KINDS`; the full words come first."""


def role_of(word: str) -> str | None:
    """The role a job gives: its own word, or the word a longer job begins with («учитель математики»)."""
    asked = fold(word)
    for name, code in ROLES.items():
        if fold(name) == asked:
            return code
    for name, code in ROLE_STARTS.items():
        if asked.startswith(fold(name)):
            return code
    return None


_NOT_OF_JOURNAL: Final = re.compile(
    r"библиотек|бухгалтер|завхоз|хозяйств|ахч|водител|повар|кухон|уборщ|сторож|вахт|дворник|гардероб|лаборант|кадр"
    r"|техник|рабоч|юрис|диспетчер|экономист|инженер|программист|электрик|слесар|кладовщ|машинист|охран|специалист"
)


def needs_no_journal(job: str) -> bool:
    """True for jobs that have no part in a journal: a librarian, an accountant, a driver."""
    return bool(_NOT_OF_JOURNAL.search(job.casefold()))
