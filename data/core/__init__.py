"""Words and measures that everybody speaks: no files, no engine."""
