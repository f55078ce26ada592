"""Statistics without I/O: estimators and tests as second opinion on the SQL macros, and analyses of moments.

Arrays and sums in, numbers and dataclasses out. Shares are 0 to 1, net shares -1 to 1; intervals are of 95 %.
Files and tables do not belong here.
"""
