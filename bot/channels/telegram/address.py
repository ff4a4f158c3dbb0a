"""Where a person is answered on Telegram: the chat, and the one living message in it."""

from dataclasses import dataclass

import orjson


@dataclass(frozen=True, slots=True)
class Address:
    """A private chat and its living message, the only one of ours whose buttons count."""

    chat: int
    message: int | None = None

    def __repr__(self) -> str:
        return "Address(<hidden>)"

    def __str__(self) -> str:
        """Return the text that is sealed and stored."""
        return orjson.dumps({"chat": self.chat, "message": self.message}).decode()


def parse(whereabouts: str) -> Address | None:
    """Return the address that a text holds, or None where it is another channel's."""
    try:
        parts = orjson.loads(whereabouts)
        return Address(int(parts["chat"]), parts["message"])
    except (ValueError, TypeError, KeyError):
        return None


def newer(where: str, known: str) -> bool:
    """Tell whether a message of ours stands below the one that we know as the living one."""
    there, here = parse(where), parse(known)
    if there is None or here is None or there.message is None:
        return False
    return here.message is None or there.message > here.message
