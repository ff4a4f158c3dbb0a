"""The terminal as a channel: the same interview with keys and arrows, or line by line in a pipe."""

from bot.channels.terminal.plain import Plain
from bot.channels.terminal.screen import Screen
from bot.channels.terminal.talk import Ear, Surface, converse, visible

__all__ = ["Ear", "Plain", "Screen", "Surface", "converse", "visible"]
