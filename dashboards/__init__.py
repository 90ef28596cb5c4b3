"""How it looks: the pages that credit and sales share."""
