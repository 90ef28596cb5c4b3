"""What people would use instead: pandas, plain DuckDB, PostgreSQL, Superset."""
