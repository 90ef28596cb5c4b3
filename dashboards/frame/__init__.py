"""What stands around every page: navigation, filters, explanations, downloads."""
