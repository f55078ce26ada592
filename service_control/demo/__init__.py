"""The simulated organisation: a fictional Dutch insurer whose every effect is known.

`parameters` holds what was planted, the other modules turn it into arrays, `write` is the only one that
touches files. What does not belong here: reading the landing folder, and anything the metrics layer computes.
"""
