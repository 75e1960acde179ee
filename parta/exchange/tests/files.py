"""Small files of every format, made by the tests: a school of two classes, as other programs would write it."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

Rows = Sequence[Sequence[object]]

STAFF: Rows = (
    ("Фамилия", "Имя", "Отчество", "Должность", "Табельный номер", "Приказ №", "Дата приказа"),
    ("Соколова", "Мария", "Викторовна", "учитель", "17", "", ""),
    ("Петров", "Олег", "Иванович", "заместитель директора; учитель", "18", "3-к", "20.08.2026"),
    ("Ильина", "Вера", "Андреевна", "учитель", "19", "", ""),
)
HOMEROOMS: Rows = (
    ("Класс", "Классный руководитель", "Кабинет"),
    ("6Б", "Соколова Мария Викторовна", "214"),
    ("10А", "Ильина В. А.", "301"),
)
STUDENTS: Rows = (
    (
        "Класс", "Фамилия", "Имя", "Отчество", "Дата рождения", "№ личного дела", "Подгруппы",
        "Представитель 1: ФИО", "Представитель 1: кем приходится", "Представитель 1: телефон",
    ),
    ("6Б", "Антонова", "Алиса", "Сергеевна", "05.02.2014", "А-1", "английский язык, 1",
     "Антонова Ирина Олеговна", "мать", "+7 900 222-33-44"),
    ("6Б", "Белов", "Тимур", "Ринатович", "17.11.2014", "Б-1", "английский язык, 2", "", "", ""),
    ("10А", "Антонов", "Павел", "Сергеевич", "30.06.2010", "А-2", "",
     "Антонова Ирина Олеговна", "мать", "8 (900) 222-33-44"),
)  # fmt: skip
SUBJECTS: Rows = (
    ("Предмет", "Сокращение", "Особенности"),
    ("Русский язык", "Рус. яз.", "язык"),
    ("Английский язык", "", "язык"),
    ("Алгебра", "", ""),
)
LOADS: Rows = (
    ("Класс", "Предмет", "Подгруппа", "Учитель", "Часов в неделю"),
    ("6Б", "Русский язык", "", "Соколова М. В.", 4),
    ("6Б", "Английский язык", 1, "Ильина Вера Андреевна", 3),
    ("6Б", "Английский язык", 2, "Петров О. И.", 3),
    ("10А", "Алгебра", "", "Петров Олег Иванович", 4),
)
SLOTS: Rows = (
    ("Класс", "День", "Урок", "Предмет", "Подгруппа", "Кабинет"),
    ("6Б", "понедельник", 1, "Русский язык", "", 214),
    ("6Б", "понедельник", 2, "Английский язык", 1, 305),
    ("6Б", "понедельник", 2, "Английский язык", 2, 306),
    ("10А", "вторник", 1, "Алгебра", "", 301),
)
PLANS: Rows = (
    ("Предмет", "Класс", "№", "Раздел", "Тема урока", "Вид работы", "Домашнее задание"),
    ("Русский язык", "6", 1, "Повторение", "Части речи", "", "упр. 1"),
    ("Русский язык", "6", 2, "Повторение", "Контрольный диктант", "контрольная работа", ""),
)
SCHOOL: Mapping[str, Rows] = {
    "Сотрудники": STAFF,
    "Классы": HOMEROOMS,
    "Ученики": STUDENTS,
    "Предметы": SUBJECTS,
    "Нагрузка": LOADS,
    "Расписание": SLOTS,
    "КТП": PLANS,
}


def changed(sheet: str, row: int, column: str, value: object) -> dict[str, Rows]:
    """SCHOOL with one value of one sheet (rows count from 1 under the heads) replaced."""
    rows = [list(line) for line in SCHOOL[sheet]]
    rows[row][list(SCHOOL[sheet][0]).index(column)] = value
    return {**SCHOOL, sheet: rows}


def with_row(sheet: str, *values: object) -> dict[str, Rows]:
    """SCHOOL with one more row in a sheet."""
    return {**SCHOOL, sheet: [*SCHOOL[sheet], values]}


def workbook(
    path: Path, sheets: Mapping[str, Rows], merges: Mapping[str, Sequence[str]] | None = None
) -> Path:
    """Write a workbook. `merges`: sheet → ranges like «A2:A3», which keep the value of their first cell."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    for title, rows in sheets.items():
        page = book.add_worksheet(title)
        for index, row in enumerate(rows):
            for position, value in enumerate(row):
                if value != "":
                    page.write(index, position, value)
        for area in (merges or {}).get(title, ()):
            page.merge_range(area, _value(rows, area))
    book.close()
    return path


def _row(area: str) -> int:
    return int("".join(sign for sign in area.split(":")[0] if sign.isdigit())) - 1


def _column(area: str) -> int:
    return ord(area[0]) - 65


def _value(rows: Rows, area: str) -> object:
    row, column = _row(area), _column(area)
    return rows[row][column] if row < len(rows) and column < len(rows[row]) else ""


GRID: Rows = (
    ("РАСПИСАНИЕ УРОКОВ на 2026/2027 учебный год",),
    ("понедельник", "", "5а", "", "7к(г)", "", "7к(т)", ""),
    ("", 1, "английский язык", "412/326", "биология", 217, "биология", 217),
    ("", 2, "русский язык", 150, "англ. язык", 412, "физика", 320),
    ("", 3, "английский язык/ИКТ", "412/223", "физкультура", "с/з", "физкультура", "с/з"),
    ("", 4, "-", "", "физика", 320, "-", ""),
    ("вторник", "", "5а", "", "7к(г)", "", "7к(т)", ""),
    ("", 1, "английский язык/ИКТ", "326/223", "биология", 217, "биология", 217),
    ("", 2, "немец. язык/испан. язык", "414/*", "алгебра", 310, "алгебра", 311),
    ("", 3, "", "", "немецкий язык", 414, "испанский язык", ""),
)


def oneroster(folder: Path, *, encoding: str = "utf-8", version: str = "1.1") -> Path:
    """A folder of CSV files: one school, a homeroom, two scheduled classes, a teacher, two students, a mother."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in ONEROSTER.items():
        text = "\n".join(lines) + "\n"
        if name == "manifest":
            text = text.replace("1.1", version)
        if version == "1.2" and name == "users":
            text = text.replace(",role,", ",legacy,")
        if version == "1.2" or name != "roles":
            (folder / f"{name}.csv").write_bytes(text.encode(encoding))
    return folder


ONEROSTER: Mapping[str, Sequence[str]] = {
    "manifest": ("propertyName,value", "manifest.version,1.0", "oneroster.version,1.1", "file.users,bulk"),
    "orgs": ("sourcedId,status,name,type,identifier,parentSourcedId", "s1,,Школа 1,school,77,"),
    "academicSessions": (
        "sourcedId,status,title,type,startDate,endDate,parentSourcedId,schoolYear",
        "y,,2026/2027,schoolYear,2026-09-01,2027-05-31,,2027",
        "t1,,I четверть,gradingPeriod,2026-09-01,2026-10-25,y,2027",
        "t2,,II четверть,gradingPeriod,2026-11-04,2026-12-30,y,2027",
    ),
    "courses": (
        "sourcedId,status,title,courseCode,orgSourcedId",
        "c1,,Русский язык,RUS,s1",
        "c2,,Информатика,INF,s1",
    ),
    "classes": (
        "sourcedId,status,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds",
        "h1,,6Б,06,,6B,homeroom,214,s1,y",
        "k1,,Русский язык 6Б,06,c1,R6,scheduled,214,s1,y",
        "k2,,Информатика 6Б-1,06,c2,I61,scheduled,,s1,y",
    ),
    "users": (
        "sourcedId,status,orgSourcedIds,role,username,givenName,familyName,middleName,email,sms,phone,"
        "agentSourcedIds,grades",
        "u1,,s1,teacher,sok,Мария,Соколова,Викторовна,sokolova@school.example,,,,",
        "u2,,s1,student,ant,Алиса,Антонова,Сергеевна,,,,u4,06",
        "u3,,s1,student,bel,Тимур,Белов,,,,,,06",
        "u4,,s1,parent,mam,Ирина,Антонова,Олеговна,,+7 900 222-33-44,,u2,",
    ),
    "enrollments": (
        "sourcedId,status,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate",
        "e1,,h1,s1,u1,teacher,true,,",
        "e2,,h1,s1,u2,student,,2026-09-01,",
        "e3,,h1,s1,u3,student,,2026-10-12,",
        "e4,,k1,s1,u1,teacher,true,,",
        "e5,,k1,s1,u2,student,,,",
        "e6,,k1,s1,u3,student,,,",
        "e7,,k2,s1,u2,student,,,",
        "e8,,k2,s1,nobody,student,,,",
    ),
    "demographics": ("sourcedId,status,birthDate,sex", "u2,,2014-02-05,female"),
    "roles": (
        "sourcedId,status,userSourcedId,roleType,role,orgSourcedId",
        "r1,,u1,primary,teacher,s1",
        "r2,,u2,primary,student,s1",
        "r3,,u3,primary,student,s1",
        "r4,,u4,primary,parent,s1",
    ),
}


def zipped(folder: Path, path: Path) -> Path:
    """The files of a folder as an archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, file.name)
    return path


FET = """<?xml version="1.0" encoding="UTF-8"?>
<fet version="6.8.5"><Mode>Official</Mode><Institution_Name>Школа</Institution_Name>
<Days_List><Number_of_Days>5</Number_of_Days>{days}</Days_List>
<Hours_List><Number_of_Hours>3</Number_of_Hours><Hour><Name>08:30</Name></Hour><Hour><Name>09:25</Name>
</Hour><Hour><Name>10:30</Name></Hour></Hours_List>
<Subjects_List><Subject><Name>Алгебра</Name></Subject><Subject><Name>Английский язык</Name></Subject>
</Subjects_List>
<Teachers_List><Teacher><Name>Соколова М. В.</Name></Teacher><Teacher><Name>Петров</Name></Teacher>
</Teachers_List>
<Students_List><Year><Name>9</Name>
<Group><Name>9А</Name><Subgroup><Name>9А 1</Name></Subgroup><Subgroup><Name>9А 2</Name></Subgroup></Group>
<Group><Name>9Б</Name><Subgroup><Name>9Б весь</Name></Subgroup></Group></Year></Students_List>
<Rooms_List><Room><Name>301</Name></Room></Rooms_List>
<Activities_List>
<Activity><Teacher>Соколова М. В.</Teacher><Subject>Алгебра</Subject><Students>9А</Students>
<Duration>2</Duration><Total_Duration>4</Total_Duration><Id>1</Id><Active>true</Active></Activity>
<Activity><Teacher>Петров</Teacher><Subject>Английский язык</Subject><Students>9А 1</Students>
<Duration>1</Duration><Total_Duration>1</Total_Duration><Id>2</Id><Active>true</Active></Activity>
<Activity><Teacher>Соколова М. В.</Teacher><Subject>Английский язык</Subject><Students>9А 2</Students>
<Duration>1</Duration><Total_Duration>1</Total_Duration><Id>3</Id><Active>true</Active></Activity>
<Activity><Teacher>Петров</Teacher><Subject>Алгебра</Subject><Students>9А</Students>
<Students>9Б весь</Students><Duration>1</Duration><Total_Duration>1</Total_Duration><Id>4</Id>
<Active>true</Active></Activity>
<Activity><Teacher>Петров</Teacher><Subject>Алгебра</Subject><Students>9Б</Students><Duration>1</Duration>
<Total_Duration>1</Total_Duration><Id>5</Id><Active>false</Active></Activity>
</Activities_List>
<Time_Constraints_List>{times}</Time_Constraints_List>
<Space_Constraints_List>{rooms}</Space_Constraints_List></fet>"""

FET_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")


def fet(path: Path, places: Mapping[int, tuple[str, str]], rooms: Mapping[int, str] | None = None) -> Path:
    """A FET file; `places`: activity → (day, hour)."""
    times = "".join(
        _tag(
            "ConstraintActivityPreferredStartingTime",
            _tag("Weight_Percentage", 100)
            + _tag("Activity_Id", number)
            + _tag("Preferred_Day", day)
            + _tag("Preferred_Hour", hour)
            + _tag("Active", "true"),
        )
        for number, (day, hour) in places.items()
    )
    located = "".join(
        _tag(
            "ConstraintActivityPreferredRoom",
            _tag("Weight_Percentage", 100)
            + _tag("Activity_Id", number)
            + _tag("Room", room)
            + _tag("Active", "true"),
        )
        for number, room in (rooms or {}).items()
    )
    days = "".join(f"<Day><Name>{day}</Name></Day>" for day in FET_DAYS)
    path.write_text(FET.format(days=days, times=times, rooms=located), encoding="utf-8")
    return path


def _tag(name: str, content: object) -> str:
    return f"<{name}>{content}</{name}>"


ASC = """<?xml version="1.0" encoding="{encoding}"?>
<timetable displayname="aSc Timetables">
<periods><period name="1" short="1" period="1" starttime="8:30" endtime="9:15"/>
<period name="2" short="2" period="2" starttime="9:25" endtime="10:10"/></periods>
<subjects><subject id="S1" name="Алгебра" short="Алг"/><subject id="S2" name="Информатика" short="Инф"/>
</subjects>
<teachers>
<teacher id="T1" name="Соколова Мария Викторовна" short="Сок" gender="F" email="sokolova@school.example"/>
<teacher id="T2" firstname="Олег Иванович" lastname="Петров" name="" short="Пет"/></teachers>
<classrooms><classroom id="R1" name="301" short="301"/></classrooms>
<classes><class id="C1" name="9А" short="9А" teacherid="T1" grade="9"/>
<class id="C2" name="9Б" short="9Б" teacherid="" grade="9"/></classes>
<groups><group id="G1" classid="C1" name="Весь класс" entireclass="1" divisiontag="0"/>
<group id="G2" classid="C1" name="Группа 1" entireclass="0" divisiontag="1"/>
<group id="G3" classid="C2" name="Весь класс" entireclass="1" divisiontag="0"/></groups>
<lessons>
<lesson id="L1" classids="C1" subjectid="S1" periodspercard="1" periodsperweek="2.0" teacherids="T1"
 classroomids="R1" groupids="G1"/>
<lesson id="L2" classids="C1" subjectid="S2" periodspercard="2" periodsperweek="2.0" teacherids="T2"
 classroomids="" groupids="G2"/>
<lesson id="L3" classids="C1,C2" subjectid="S1" periodspercard="1" periodsperweek="0.5" teacherids="T2"
 classroomids="" groupids="G1,G3"/>
</lessons>
<cards>
<card lessonid="L1" period="1" days="10000" weeks="1" classroomids="R1"/>
<card lessonid="L1" period="2" days="01000" weeks="1" classroomids="R1"/>
<card lessonid="L2" period="1" days="00100" weeks="1" classroomids=""/>
<card lessonid="L3" period="1" days="00010" weeks="10" classroomids=""/>
</cards></timetable>"""


def asc(path: Path, encoding: str = "utf-8") -> Path:
    """An aSc file in an encoding."""
    path.write_bytes(ASC.format(encoding=encoding).encode(encoding))
    return path


def bomb(path: Path, megabytes: int = 400) -> Path:
    """A small archive that names itself a workbook and unpacks to `megabytes` of zeros."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as entry:
            for _ in range(megabytes):
                entry.write(bytes(1 << 20))
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return path


def repacked(path: Path, changes: Mapping[str, Any]) -> Path:
    """The archive with some entries passed through functions of bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = old.read(entry)
            new.writestr(
                entry.filename, changes[entry.filename](content) if entry.filename in changes else content
            )
    path.write_bytes(out.getvalue())
    return path
