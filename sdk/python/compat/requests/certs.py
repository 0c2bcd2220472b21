"""Certificates, which are the host's."""


def where() -> str:
    """A name that stands for them."""
    return "cacert.pem"
