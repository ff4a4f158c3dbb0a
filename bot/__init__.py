"""Attune: a chat bot that learns in a dozen taps what moves a person to look after their health."""

from importlib.metadata import version

__version__ = version("attune-bot")
