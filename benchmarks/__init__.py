"""The same work, ours beside the limit and beside what people would use instead."""
