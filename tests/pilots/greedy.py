"""What a hostile file does to its reader."""


def memory() -> bytes:
    """Ask for more and more."""
    held = [b"x" * 50_000_000]
    while True:
        held.append(held[-1] + b"x")


def time() -> bytes:
    """Never end."""
    while True:
        pass
