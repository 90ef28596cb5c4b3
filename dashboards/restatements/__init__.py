"""What month-ends were reported as, and the documents that changed it since."""
