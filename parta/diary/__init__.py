"""What a student and a guardian see, one student's slice of the journals; what they say back to the school.

Owns: who looked, homework done, the week acknowledged, absences and changes of data told by the family. Marks, topics
and absences belong to the journal and are only read.
"""
