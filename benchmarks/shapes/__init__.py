"""Plain tables as strangers export them: their axes, their truth, their writing and judging."""
