"""Peer (a): python-telegram-bot's ConversationHandler with PicklePersistence, as its documentation teaches.

Like `persistentconversationbot.py` and `inlinekeyboard2.py` of its examples: answer the query, edit the
message, return the next state. All settings are the library's own.
"""

import os
from pathlib import Path
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    PicklePersistence,
)

from benchmarks.quiz import QUESTIONS, buttons, question, score

ASKING = 0
Context = ContextTypes.DEFAULT_TYPE


def keyboard(number: int) -> InlineKeyboardMarkup:
    """Return one button a row."""
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(text, callback_data=data)] for text, data in buttons(number)]
    )


async def start(update: Update, context: Context) -> int:
    """Ask the first question."""
    assert update.message is not None
    assert context.user_data is not None
    context.user_data["answers"] = []
    await update.message.reply_text(question(0), reply_markup=keyboard(0))
    return ASKING


async def answer(update: Update, context: Context) -> int:
    """Note an answer and ask the next question."""
    query = update.callback_query
    assert query is not None
    assert query.data is not None
    assert context.user_data is not None
    await query.answer()
    answers: list[int] = context.user_data["answers"]
    number, choice = map(int, query.data.split(":"))
    if number == len(answers):
        answers.append(choice)
    if len(answers) == len(QUESTIONS):
        await query.edit_message_text(score(answers))
        return ConversationHandler.END
    await query.edit_message_text(question(len(answers)), reply_markup=keyboard(len(answers)))
    return ASKING


def main() -> None:
    """Run until stopped."""
    persistence: PicklePersistence[Any, Any, Any] = PicklePersistence(Path(os.environ["FOLDER"]) / "state")
    url = os.environ["TELEGRAM_API_URL"]
    application = (
        Application.builder()
        .token(os.environ["TELEGRAM_BOT_TOKEN"])
        .base_url(f"{url}/bot")
        .persistence(persistence)
        .build()
    )
    application.add_handler(
        ConversationHandler(
            entry_points=[CommandHandler("start", start)],
            states={ASKING: [CallbackQueryHandler(answer)]},
            fallbacks=[CommandHandler("start", start)],
            name="quiz",
            persistent=True,
        )
    )
    application.run_polling(allowed_updates=Update.ALL_TYPES)


if __name__ == "__main__":
    main()
