"""Parts that several locustfiles share."""
