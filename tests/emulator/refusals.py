"""What Telegram says when it refuses, word for word; a bot tells errors apart by nothing else.

Law: a text that Telegram itself uses stands here exactly as the official server sends it. A text of our own
(for what Telegram would silently ignore, such as an unknown parameter) ends with "(emulator)".
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a call isn't carried out: HTTP status, sentence and, for a flood, the seconds to wait."""

    code: int
    description: str
    retry_after: int | None = None

    def body(self) -> dict[str, Any]:
        """The JSON that the client gets."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.retry_after is not None:
            body["parameters"] = {"retry_after": self.retry_after}
        return body


class Refused(Exception):
    """A call that isn't carried out, on its way to the client."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.description)
        self.refusal = refusal


def bad_request(sentence: str) -> Refusal:
    """A 400 with Telegram's prefix."""
    return Refusal(400, f"Bad Request: {sentence}")


def ours(sentence: str) -> Refusal:
    """A 400 for what Telegram would let pass and a test must not."""
    return bad_request(f"{sentence} (emulator)")


def forbidden(sentence: str) -> Refusal:
    """A 403 with Telegram's prefix."""
    return Refusal(403, f"Forbidden: {sentence}")


def conflict(sentence: str) -> Refusal:
    """A 409 with Telegram's prefix."""
    return Refusal(409, f"Conflict: {sentence}")


def flood(retry_after: int) -> Refusal:
    """A 429: the caller has to wait."""
    return Refusal(429, f"Too Many Requests: retry after {retry_after}", retry_after)


UNAUTHORIZED = Refusal(401, "Unauthorized")
NOT_FOUND = Refusal(404, "Not Found")

CHAT_NOT_FOUND = bad_request("chat not found")
CHAT_ID_EMPTY = bad_request("chat_id is empty")
TEXT_EMPTY = bad_request("message text is empty")
TEXT_TOO_LONG = bad_request("message is too long")
EDIT_TOO_LONG = bad_request("MESSAGE_TOO_LONG")
CAPTION_TOO_LONG = bad_request("message caption is too long")
NOT_MODIFIED = bad_request(
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)
EDIT_NOT_FOUND = bad_request("message to edit not found")
CANT_EDIT = bad_request("message can't be edited")
NO_TEXT_TO_EDIT = bad_request("there is no text in the message to edit")
DELETE_NOT_FOUND = bad_request("message to delete not found")
CANT_DELETE = bad_request("message can't be deleted for everyone")
REPLY_NOT_FOUND = bad_request("message to be replied not found")
QUERY_TOO_OLD = bad_request("query is too old and response timeout expired or query ID is invalid")
BUTTON_DATA = bad_request("BUTTON_DATA_INVALID")
MARKUP_TOO_LONG = bad_request("reply markup is too long")
NO_BUTTON_ACTION = bad_request(
    "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
)
EMPTY_BUTTON = ours("inline keyboard button text is empty")
TWO_ACTIONS = ours("can't parse inline keyboard button: exactly one action field must be used")
PARSE_MODE = bad_request("unsupported parse_mode")
FILE_ID = bad_request("invalid file_id")
FILE_TOO_BIG = bad_request("file is too big")
FILE_EMPTY = bad_request("file must be non-empty")
COMMAND_INVALID = bad_request("BOT_COMMAND_INVALID")
COMMAND_DESCRIPTION = bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
LANGUAGE_INVALID = bad_request("LANG_CODE_INVALID")
WEBHOOK_HTTPS = bad_request("bad webhook: An HTTPS URL must be provided for webhook")
SECRET_TOKEN = bad_request("secret token contains unallowed characters")

BLOCKED = forbidden("bot was blocked by the user")
DEACTIVATED = forbidden("user is deactivated")
NEVER_STARTED = forbidden("bot can't initiate conversation with a user")
NOT_A_MEMBER = forbidden("bot was kicked from the group chat")

WEBHOOK_ACTIVE = conflict(
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
OTHER_POLLER = conflict(
    "terminated by other getUpdates request; make sure that only one bot instance is running"
)
