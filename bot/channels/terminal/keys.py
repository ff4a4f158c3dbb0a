"""Single keys from a terminal, none lost: what is typed ahead waits until it is asked for.

`click.getchar` flushes what was typed ahead (so does `tty.setraw`), which loses taps of quick people; it
serves where there is no termios.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

ESCAPE = "\x1b"
LONGEST_SEQUENCE = 8
LEADING_BYTES = (0xC0, 0xE0, 0xF0)  # of characters of two, three and four bytes in UTF-8


@contextmanager
def listening() -> Iterator[None]:
    """Read keys as they are pressed, without echo and without signals, until the context ends."""
    try:
        import termios  # noqa: PLC0415 - not on every system
    except ImportError:
        yield
        return
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    now = termios.tcgetattr(terminal)
    now[3] &= ~(termios.ECHO | termios.ICANON | termios.ISIG)
    termios.tcsetattr(terminal, termios.TCSADRAIN, now)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def key() -> str:
    """Return the next key: a character, or an escape sequence of an arrow."""
    if os.name == "nt":
        return click.getchar()
    terminal = sys.stdin.fileno()
    first = os.read(terminal, 1)
    if not first:
        return "\x04"
    if first == ESCAPE.encode():
        return _sequence(terminal)
    more = _continuation(first[0])
    return (first + b"".join(os.read(terminal, 1) for _ in range(more))).decode(errors="replace")


def _sequence(terminal: int) -> str:
    """Return what follows an Escape at once; a lone Escape is itself."""
    import select  # noqa: PLC0415 - not needed where there are no terminals

    text = ESCAPE
    while len(text) < LONGEST_SEQUENCE and select.select([terminal], [], [], 0.02)[0]:
        text += os.read(terminal, 1).decode(errors="replace")
        if text[-1].isalpha() and text not in {"\x1bO", "\x1b["}:
            break
    return text


def _continuation(first: int) -> int:
    """Return how many bytes of UTF-8 follow a first byte."""
    return sum(first >= least for least in LEADING_BYTES)
