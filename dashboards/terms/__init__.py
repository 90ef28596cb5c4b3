"""Terms: agreed, invoiced and taken, and what the days beyond cost."""
