"""Early signs: whose behaviour changes for the worse, with the parts of each sign."""
