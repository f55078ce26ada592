"""The sheets of the pages: which rows of a mart, which chart, which sentence, which table.

A sheet takes rows that a page read and draws them; without rows it says why there are none.
"""
