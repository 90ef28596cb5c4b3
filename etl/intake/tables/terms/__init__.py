"""Payment terms: what texts and codes say, and columns of them."""
