"""What hostile input is made of."""

BRAND = "<x-fuzz>"
"""Markup that must never come back unescaped."""
ELSEWHERE = "evil.example"

# fmt: off
HOSTILE = (
    "", " ", "0", "-1", "1", "2", "3", "7", "on", "true", "null", "None", "2147483648",
    "9223372036854775807", "9223372036854775808", "18446744073709551616", "9" * 40, "9" * 5000, "1e309",
    "NaN", "Infinity", "-0.0", "1,5", "٣", "²", "½", "５", "0x10", "1_000", "2026-10-14", "2026-10-12",
    "2026-13-45", "2026-02-30", "0001-01-01", "9999-12-31", "10000-01-01", "2026-W42", "2026-W42-3",
    "20261014", "14.10.2026", "14.10.2026 10:40", "2026-10-14T10:40", "10:40", "25:61", "00:00", "\x00",
    "а\x00б", "\ud800", "\udfff\ud800", "\u202e5", "\ufeff", "е\u0301", "👩‍👩‍👧", "Ё" * 300, "a" * 3000,
    "\r\nSet-Cookie: a=b", "a\nb", BRAND, f'"{BRAND}', f"'>{BRAND}</script>", "javascript:alert(1)",
    "' OR 1=1 --", "%s %d %(x)s {0} {x}", "{{7*7}}", "{% raise %}", "../../../../etc/passwd", "..\\..\\x",
    f"//{ELSEWHERE}/", f"https://{ELSEWHERE}/", f"/\\{ELSEWHERE}", "/journals/", "=1+1", "@SUM(A1)", "5",
    "5/4", "5/", "/", "2", "н", "Б", "y", "oral", "control", "mark", "goethe23", "save", "add", "delete",
    "end", "teacher", "class_teacher", "quarter", "year", "week", "lessons", "Иванов", "Русский язык",
    "I четверть", "[]", "{}", '{"a": [1]}', "1;2;3", "1,2,3", "Русский; Математика\n1; 2\t3",
)
"""Values: boundaries of numbers and dates, broken and foreign letters, markup, addresses, words of the program."""
# fmt: on
HEADERS = (
    ("Accept", "application/json"),
    ("Accept", "*/*;q=nonsense"),
    ("Accept-Language", "zz-ZZ,\x7f"),
    ("Accept-Encoding", "br;q=1, gzip"),
    ("Cookie", "parta_session=; parta_csrf=x"),
    ("Cookie", "parta_session=" + "я" * 50),
    ("Cookie", 'sessionid="\\"; =; ;;; $Version=1'),
    ("Cookie", "messages=x; parta_device=" + "A" * 300),
    ("Host", "evil.example"),
    ("Host", "a b"),
    ("Host", "[::1"),
    ("Referer", "https://evil.example/\xff"),
    ("Origin", "null"),
    ("X-Forwarded-For", "1.2.3.4, nonsense, ::1"),
    ("X-Forwarded-For", "\x00'"),
    ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-Host", "evil.example"),
    ("X-Requested-With", "XMLHttpRequest"),
    ("If-Modified-Since", "Thu, 99 Foo 0000 99:99:99 GMT"),
    ("If-None-Match", '"\x00"'),
    ("Range", "bytes=5-2,-1"),
    ("Content-Encoding", "gzip"),
    ("Transfer-Encoding", "chunked"),
    ("User-Agent", "\u0416" * 20),
)
CONTENT_TYPES = (
    "application/json",
    "application/json; charset=utf-16",
    "application/json; charset=nonsense",
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=nonsense",
    "application/x-www-form-urlencoded; charset=utf-7",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=x",
    'multipart/form-data; boundary="x"; charset=nonsense',
    "text/plain",
    "text/xml",
    "nonsense",
    "",
)
FILES = (
    (
        "школа.xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        b"PK\x03\x04" + b"\x00" * 60,
    ),
    ("a.xlsx", "application/zip", b"PK\x05\x06" + b"\x00" * 18),
    ("люди.csv", "text/csv", "Фамилия;Имя\nИванов;Иван\n".encode("cp1251")),
    ("users.csv", "text/csv", b"\xff\xfes\x00o\x00u\x00r\x00"),
    (
        "t.xml",
        "text/xml",
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "cc"><!ENTITY d SYSTEM "file:///etc/passwd">]><a>&b;&d;</a>',
    ),
    ("t.fet", "text/xml", b"<?xml version='1.0' encoding='nonsense'?><fet version='6.0'></fet>"),
    ("f.fet", "application/octet-stream", b"<fet><Institution_Name>x</Institution_Name><Days_List/></fet>"),
    (
        "timetable.xml",
        "text/xml",
        b"<timetable ascttversion='2008'><periods/><days/><cards><card/></cards></timetable>",
    ),
    ("empty.xlsx", "", b""),
    ("../../x.pdf", "application/pdf", b"%PDF-1.4 \xff"),
    ("\x00.png", "image/png\r\nX: y", b"\x89PNG\r\n\x1a\n"),
    ("я" * 400 + ".docx", "application/msword", b"x" * 2000),
    (BRAND + ".svg", "image/svg+xml", b"<svg onload=alert(1)>"),
    ("noext", "nonsense", bytes(range(256))),
)
