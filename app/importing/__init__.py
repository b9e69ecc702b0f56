"""Rows from files into nouns.

A file is inspected (`files`, `workbook`), each cell is read by the grammar of its column (`cells`), the rows are copied
into a temporary table (`staging`), checked there set by set, and brought into the nouns by one statement per table
(`merging`). Each kind of import says its columns, checks and tables in a module of its own under `kinds`. `loading` does
one file in one transaction; `runs` remembers who brought what in, for the page and the command.
"""
