"""What is measured, against what, and how a result becomes a page with plots: see README.md."""
