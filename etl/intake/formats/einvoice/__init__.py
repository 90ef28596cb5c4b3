"""E-invoices."""
