"""What people and presets say of a table: mapping files, rules, and the marks of presets."""
