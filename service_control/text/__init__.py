"""What customers wrote: scrub personal data, find the language, score, and learn from people's codes."""
