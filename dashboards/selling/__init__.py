"""Where to sell more: good payers with room, and where to slow down."""
