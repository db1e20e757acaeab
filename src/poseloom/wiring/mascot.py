"""Where doors get a mascot from."""

from poseloom.store.folder import Mascot, open_mascot

__all__ = ["Mascot", "open_mascot"]
