"""The school and its year: schools, years, terms, bells, rooms, subjects, scales, kinds of work, homerooms, subgroups.

People who fill these places belong to `people`; lessons to `timetable`.
"""
