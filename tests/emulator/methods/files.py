"""Sending documents and downloading files."""

from tests.emulator import refusals
from tests.emulator.methods.addressing import writable
from tests.emulator.methods.messages import caption_content, checked_markup, extras
from tests.emulator.methods.registry import Params, serves
from tests.emulator.people import StoredFile, Upload, Wire
from tests.emulator.refusals import Refused
from tests.emulator.world import World

LARGEST_DOWNLOAD = 20 << 20


@serves("sendDocument", "by upload or file_id; a URL is refused, nothing is fetched")
def send_document(world: World, params: Params) -> Wire:
    """A file with a caption."""
    chat = writable(world, params)
    content = caption_content(params) | extras(chat, params)
    reply_markup = checked_markup(world, params)
    stored = _stored(world, params["document"])
    return world.says(chat, {"document": document_wire(stored)} | content, reply_markup).wire


@serves("getFile", "up to 20 MB; then GET /file/bot<token>/<file_path>")
def get_file(world: World, params: Params) -> Wire:
    """Where a file can be downloaded."""
    stored = world.files.get(params["file_id"])
    if stored is None:
        raise Refused(refusals.FILE_ID)
    if len(stored.upload.content) > LARGEST_DOWNLOAD:
        raise Refused(refusals.FILE_TOO_BIG)
    return stored.unique() | {"file_path": stored.path}


def document_wire(stored: StoredFile) -> Wire:
    """The file as a `Document`."""
    return stored.unique() | {"file_name": stored.upload.name, "mime_type": stored.upload.mime_type}


def _stored(world: World, document: Upload | str) -> StoredFile:
    if isinstance(document, Upload):
        if not document.content:
            raise Refused(refusals.FILE_EMPTY)
        return world.keep(document, "documents")
    stored = world.files.get(document)
    if stored is None:
        raise Refused(refusals.FILE_ID)
    return stored
