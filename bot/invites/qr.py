"""QR codes of our own addresses."""

import io
from functools import lru_cache

import segno

_SCALE = 8
_BORDER = 4  # the quiet zone that scanners need


@lru_cache(maxsize=256)
def svg(address: str) -> str:
    """Return an address as SVG to stand in a page; its size is the page's matter.

    Drawn once for each invite: that takes longer than all the rest of a landing page.
    """
    return _made(address).svg_inline(scale=1, border=_BORDER, omitsize=True, dark="#000", light="#fff")


def svg_file(address: str) -> bytes:
    """Return an address as an SVG file."""
    return _written(address, "svg")


def png_file(address: str) -> bytes:
    """Return an address as a PNG file."""
    return _written(address, "png")


def _written(address: str, kind: str) -> bytes:
    file = io.BytesIO()
    _made(address).save(file, kind=kind, scale=_SCALE, border=_BORDER)
    return file.getvalue()


def _made(address: str) -> segno.QRCode:
    return segno.make_qr(address, error="m")
