"""The headline metrics straight from the raw files of the simulated organisation, by Polars alone.

What somebody would write who needs these numbers only and knows these files: no contract, no reasons for rejected
rows, no intervals, no tests. What changes a number is kept: which rows count, which of two deliveries counts, and
the team, segment, region and product of the day. How it is made fast:

- Only the columns that are needed are read, with the rules for a row pushed into the streaming scan.
- Only rows whose key was delivered twice are searched for the last delivery.
- A customer becomes a dense integer once. Customer and day then fit in one sorted 64-bit key, so that "as of the
  day" is a merge (`join_asof` without `by`) instead of a hash join with a filter behind it.
- Contacts are sorted once, by customer and time. That merge and the search for a follow-up (compare a row with the
  next, the one after, … while pairs lie within the window) both live on that order; there is no self-join.
- Presence and fees are sums of changes: a row where a spell, a contract or a segment begins or ends, not a row per
  customer and month.
"""
