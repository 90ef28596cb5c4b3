"""The deal desk's rules: may this be sold, on which terms, and what would change the answer."""
