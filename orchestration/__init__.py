"""From raw files to a published snapshot: loading, building, auditing and publishing.

Flat on purpose, one module per concept. Every module says in its first lines what belongs in it and what does
not.
"""
