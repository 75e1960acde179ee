"""Who gets what from every URL: persona × URL × object × method. A new URL needs a line in the
file of its app here, or the suite is red.

A line names an object (`args`) and the answers to GET and POST in a small language: ``200 deputy operator; 404
teacher`` means 200 to these two, 404 to that one; whoever is not named gets 403, ``anonymous`` is led to the sign-in
(302, or 401 for JSON). ``405 *`` is for everybody. 404 is both «not yours» and «there is none»: they look alike. 422 is
a form posted empty and refused, 400 an unreadable body: these got through the door. 405 may be a refusal (302, 403)
for those who may not open the page either way. Words in capitals are `SETS`.
"""

from tests.contracts.matrix import archive, communication, control, diary, journal, people
from tests.contracts.matrix.shapes import ABSENT, PERSONAS, SETS, Line

__all__ = ["ABSENT", "LINES", "PERSONAS", "SETS", "Line"]

LINES: dict[str, dict[str, Line]] = {
    **people.LINES,
    **journal.LINES,
    **archive.LINES,
    **control.LINES,
    **diary.LINES,
    **communication.LINES,
}
"""Answers by the name of the URL and the object."""
