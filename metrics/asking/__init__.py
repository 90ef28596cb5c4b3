"""The question: as-of day and filters, the relations they give, what a metric is."""
