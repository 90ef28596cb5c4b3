"""Who is let in: by which names, through which doors, and as whom."""
