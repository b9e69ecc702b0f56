"""`make bench`: the pages and the jobs of Accord against a floor measured in the same run.

Nothing here asserts an absolute time: machines differ. The floor is a bare Flask view on the same server, and a
budget is a multiple of it.
"""
