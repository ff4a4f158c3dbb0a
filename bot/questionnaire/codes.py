"""The table of everything that `attune check` can say about a questionnaire, and what to do about it."""

from bot.source import FILES, WORDS, Code, Table

QUESTIONNAIRE: dict[str, Code] = {
    "stray-file": Code(
        "A file that nothing reads.", "Check its name and folder, or take it away.", stops=False
    ),
    "folder-id": Code("The id isn't the folder's name.", "Make them the same."),
    "duplicate-id": Code("An id stands twice.", "Give one of them another id."),
    "clashing-id": Code(
        "An item, scale or segment shares its id with another kind: their columns would collide.",
        "Rename one.",
    ),
    "reserved-name": Code(
        "The name belongs to a statistics program, to SQL or to our own export.", "Choose another name."
    ),
    "long-id": Code("With `p_` before it, the id is over 32 characters.", "Shorten it to 30."),
    "unknown-item": Code("No item has this id.", "Check the spelling, or add the item."),
    "repeated-item": Code("An item stands twice in a form or scale.", "Take one away."),
    "unknown-answers": Code(
        "No answer scale has this name.", "Check the spelling, or add it under `answers`."
    ),
    "unknown-choice": Code("The item has no such choice.", "Use the id of one of its choices."),
    "show-if-order": Code(
        "The condition asks for an item that isn't asked earlier in the form.", "Put that item earlier."
    ),
    "unreachable-item": Code(
        "The item is in no form, or in a condition's shadow.",
        "Put it in a form; a long form may hold the whole bank.",
        stops=False,
    ),
    "unused-answers": Code("No item uses this answer scale.", "Take it away, or use it.", stops=False),
    "duplicate-value": Code("Two choices have the same value.", "Give each its own."),
    "duplicate-label": Code("Two choices read the same.", "A person must be able to tell them apart."),
    "mixed-answers": Code(
        "The items of a scale don't share one range of values.",
        "Use answer scales with the same lowest and highest value.",
    ),
    "cuts-order": Code(
        "The first cut is above the second, or a cut is out of the scale's reach.", "From low to high."
    ),
    "words-without-cuts": Code("A scale's words need cuts.", "Add `cuts`, or take `words` away."),
    "model-without-segments": Code(
        "A model needs segments, and segments need a model.", "Add the other one."
    ),
    "missing-profile": Code(
        "A segment has no profile, or a profile lacks a scale.",
        "Say its typical value on every scale of the others.",
    ),
    "unknown-segment": Code("No segment has this id.", "Check the spelling, or add the segment."),
    "unknown-scale": Code("No scale has this id.", "Check the spelling, or add the scale."),
    "profile-range": Code(
        "The value is outside of what the items' answers can reach.", "Stay within the answer scale."
    ),
    "shares": Code(
        "Shares must be above 0 and sum to 1.", "Correct them, or leave them out for equal shares."
    ),
    "min-answered": Code("More answers are asked for than the form has items.", "Lower it."),
    "missing-numbers": Code(
        "A segment or an item has no numbers in the model.", "Every segment needs them for every item."
    ),
    "wrong-count": Code("Too many or too few numbers.", "The message says how many are due."),
    "choice-probabilities": Code(
        "The probabilities of an item's choices must be above 0 and sum to 1.",
        "Correct them; give a choice that nobody took a small one.",
    ),
    "covariance": Code(
        "The covariance isn't one: it must be positive definite.",
        "Only `attune fit` should write it; an item that repeats others exactly can't be in it.",
    ),
    "unknown-form": Code("No form has this id.", "Check the spelling, or add the form."),
    "adaptive-rule": Code(
        "A form's adaptive rule can't be kept.", "1 <= min <= max <= the items of the form."
    ),
    "longer-form": Code(
        "The longer form can't take over from the one asked.",
        "It has a fixed order, every item of the forms asked, and more.",
    ),
    "retest-days": Code("The days of the retest end before they begin.", "`from_day`, then `to_day`."),
    "stop-range": Code(
        "A stopping threshold must be above 1 / (number of segments) and below 1.",
        "At 1 / K it would always stop, at 1 never.",
    ),
    "unvalued-item": Code(
        "An adaptive form has an item that the model can't use: it would never be chosen.",
        "Take it out of the form, or into the model.",
        stops=False,
    ),
    "unreachable-segment": Code(
        "No answers to the form make this segment win.",
        "Move its profile away from its neighbours'.",
        stops=False,
    ),
    "no-evidence": Code(
        "`calibrated` is only true with evidence.", "Only `attune fit` writes it; say provisional."
    ),
    "unknown-questionnaire": Code(
        "No questionnaire beside it has this id.", "Check the spelling, or add the folder."
    ),
    "empty-range": Code("No answer can be within these limits.", "From low to high."),
    "long-column": Code(
        "A column made of two ids, `item__choice`, is over 32 characters.", "Shorten one of the ids."
    ),
    "unscorable-item": Code(
        "Scales and segment models need items with one number: choice or nps.",
        "Take it out of the scale or model.",
    ),
    "free-text": Code(
        "Own words are asked for only where the file says so twice, and never required.",
        "Say `free_text: true` and have an item with answers of the kind `text`; or neither.",
    ),
    "naming-words": Code(
        "Words that could name somebody aren't exported.",
        "Take `exported` away, or give the item answers of another kind.",
    ),
    "idle-experiment": Code(
        "The experiment with voices needs segments and topics.", "Add tips for segments, or take it away."
    ),
    "endless-second-part": Code("A questionnaire is its own second part.", "Name another one."),
}
"""Said about `questionnaire.yaml` as a whole."""

TEXTS: dict[str, Code] = {
    "missing-translation": Code("A text has no translation.", "Translate it in `locales/<language>.yaml`."),
    "extra-translation": Code(
        "A translation of something that isn't there.", "Take it away, or check its id."
    ),
    "unlisted-language": Code(
        "The file's language isn't one of the questionnaire's.",
        "Add it to `languages`, or take the file away.",
    ),
    "language-mismatch": Code("The file's name and its `language` differ.", "Make them the same."),
    "no-reviewer": Code(
        "It says `reviewed`, but not by whom.", "Name the reviewer, or say `drafted, not reviewed`."
    ),
    "long-label": Code("A button that a phone would cut off (60).", "Shorten it."),
    "long-bar": Code("Too long beside the bar of a probability (24).", "Two or three words."),
    "long-copy": Code("Longer than what a button can copy (256).", "Shorten it."),
    "reading-grade": Code(
        "The page is harder to read than people can be asked to.",
        "Shorter sentences, shorter words.",
        stops=False,
    ),
}
"""Said about what a person reads."""

TIPS: dict[str, Code] = {
    "missing-tip": Code(
        "A topic has no tip in this voice and language.", "Add `tips/<voice>/<topic>.md.j2`.", stops=False
    ),
    "missing-fact": Code(
        "A topic has no fact in this language.", "Add it to `tips/facts.yaml`.", stops=False
    ),
    "missing-link": Code("A topic has no link.", "Add it to `links.yaml`.", stops=False),
    "unknown-topic": Code("No topic has this id.", "Add it to `topics`, or take this away.", stops=False),
    "unknown-voice": Code("The folder is named after no segment, nor `neutral`.", "Rename it.", stops=False),
    "topic-mismatch": Code("The file's name and its `topic` differ.", "Make them the same.", stops=False),
    "fact-once": Code("The body doesn't say `{{ fact }}` exactly once.", "Say it once."),
    "template": Code(
        "Something in the body that isn't `{{ fact }}` or `{{ organisation }}`.",
        "No blocks, filters, calls or other names.",
    ),
    "long-tip": Code("A tip of more than 5 lines.", "One thought, one step.", stops=False),
    "evidence-differs": Code(
        "Tips of one topic rest on different sources.",
        "The same fact has the same sources in every voice.",
        stops=False,
    ),
    "overdue": Code(
        "The day for its next review has passed.", "Review it, then set the next day.", stops=False
    ),
}
"""Said about tips, facts and links."""

REHEARSED: dict[str, Code] = {
    "unknown-phrase": Code("A phrase that the house doesn't have.", "Check its name."),
    "journey-broken": Code("A journey no longer holds.", "Correct it, or the questionnaire.", stops=False),
}
"""Said where nothing else keeps an interview from beginning."""

TABLE = Table(FILES | QUESTIONNAIRE | WORDS | TEXTS | TIPS | REHEARSED)
told = TABLE.problem
stops = TABLE.stops
