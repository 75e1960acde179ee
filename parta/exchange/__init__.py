"""Reading and writing files of other systems: workbooks, OneRoster, timetables."""
