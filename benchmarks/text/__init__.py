"""How good and how fast the handling of texts is."""
