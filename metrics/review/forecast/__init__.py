"""What will come in, week by week, and how well such forecasts held on past days."""
