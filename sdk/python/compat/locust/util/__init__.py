"""Small helpers of Locust's that scripts use by themselves."""
