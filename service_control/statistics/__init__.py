"""Estimators, intervals and tests in Python: for analyses outside the marts, and as second opinion on the SQL macros.

Pure functions of numbers and arrays, which are broadcast. Shares are 0 to 1, net shares -1 to 1; intervals are
of 95 %. Files and tables do not belong here.
"""
