"""The review to take along: told once as slides, and written as PowerPoint, Excel and PDF."""
