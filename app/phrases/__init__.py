"""The words of the pages, a module per page and one for what they share; `text` puts them together."""
