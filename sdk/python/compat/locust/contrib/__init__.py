"""Further kinds of users."""
