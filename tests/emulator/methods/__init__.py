"""What each method does. Importing this package fills the table `SERVED`."""

from tests.emulator.methods import files, messages, profile, receiving, taps
from tests.emulator.methods.registry import SERVED, Params, table

__all__ = ["SERVED", "Params", "files", "messages", "profile", "receiving", "table", "taps"]
