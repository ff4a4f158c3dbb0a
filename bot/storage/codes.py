"""Codes that look random and can be made again: SHA-256 of a session's seed.

The store needs no chance of its own, and whoever has a code can't find the session, the person or the seed.
"""

import base64
import hashlib


def response_code(seed: str) -> str:
    """Return the response id under which research sees the session that this seed began."""
    return _code("response", seed)


def person_code(seed: str) -> str:
    """Return the code under which research sees the person whose first session this seed began."""
    return _code("person", seed)


def erasure_code(key: str) -> str:
    """Return the id of an erasure that has no receipt, from the key of what was heard."""
    return _code("erasure", key)


def _code(purpose: str, text: str) -> str:
    digest = hashlib.sha256(f"{purpose}:{text}".encode()).digest()
    return base64.b32encode(digest[:16]).decode().rstrip("=").lower()
