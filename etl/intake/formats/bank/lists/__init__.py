"""Lists of the transactions of an account, as banks give them in CSV and Excel: presets."""
