"""What can be said of a customer: one file a subject.

A subject is a frozen dataclass whose fields are the columns of its table (`table_of`); what has no
meaning is refused when one is made, in words (`SaidError`). What is common to all (who, when, of
which customer, a note, documents) stands on the line (`data.workspace.memory.Line`). To add one:
its file, its name in `data.workspace.subjects.every.SUBJECTS`, and a migration.
"""
