"""A table nobody knows: headers, words, days, money, kinds, and how its rows are staged."""
