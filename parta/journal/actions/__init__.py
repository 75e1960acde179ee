"""What happens in a journal. Nothing else in the program writes journal rows.

`write` carries out one operation: any number of changes to one journal, wholly or not at all. The shapes of a
change are in `changes`, what is read before judging in `context`, how each fact is carried out in the modules
named after it.
"""
