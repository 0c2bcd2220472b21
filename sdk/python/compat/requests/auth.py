"""User names with passwords."""


class HTTPBasicAuth:
    """Basic authentication."""

    def __init__(self, username: str, password: str) -> None:
        self.username = username
        self.password = password
