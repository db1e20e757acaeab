"""The `poseloom` command."""


def main() -> None:
    """Run the command line."""
