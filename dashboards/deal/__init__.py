"""Deal desk: may this be sold on credit, on which terms, and why."""
