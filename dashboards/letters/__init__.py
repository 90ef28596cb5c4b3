"""What is written to customers, in their language: templates, tables, the statement of account."""
