"""The table of everything that `attune check` can say about an organisation, and what to do about it."""

from bot.source import FILES, WORDS, Code, Table

ORGANISATION: dict[str, Code] = {
    "folder-id": Code("The id isn't the folder's name.", "Make them the same."),
    "language-twice": Code("A language stands twice.", "Take one away."),
    "missing-translation": Code(
        "A text lacks one of the organisation's languages.", "Say it in that language too."
    ),
    "unlisted-language": Code(
        "A text in a language that the organisation doesn't list.", "Add it to `languages`."
    ),
    "contrast": Code("The text is hard to read on the background.", "Aim at 4.5 or more.", stops=False),
    "time-zone": Code("Nobody knows this time zone.", "A name of the IANA list, such as America/New_York."),
    "no-logo": Code("The logo isn't in the folder.", "Copy it here, or take `logo` away."),
    "emergency-number": Code("A number to call has no digit.", "Write what to dial or text."),
    "two-defaults": Code("More than one organisation is the default.", "Leave `default: true` at one."),
    "overdue": Code(
        "The sign-off of the tips no longer holds.", "Review them again, or take it away.", stops=False
    ),
    "sign-off-order": Code("The sign-off ends before it begins.", "Correct the days."),
    "long-label": Code("A button that a phone would cut off (60 characters).", "Shorten it."),
}
"""Said about `organisation.yaml`."""

TABLE = Table(FILES | ORGANISATION | WORDS)
told = TABLE.problem
stops = TABLE.stops
