"""The demo story: a vendor of home batteries, its forty partners, and two years of what happened between them.

Everything is told in days before today, so the story is true on whatever day it is loaded; the same day gives the same
story. `story.tell` is the table of contents; docs/demo.md tells it in words.
"""
