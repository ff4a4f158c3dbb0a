"""Peer (b): python-telegram-bot with plain handlers, and one commit of aiosqlite for each answer.

What somebody writes who read that the conversations of (a) are lost in a crash: the state is in the
database (write-ahead log, `synchronous=FULL`), and nothing is answered before the commit.
"""

import os
from pathlib import Path

import aiosqlite
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes

from benchmarks.quiz import QUESTIONS, buttons, question, score

Context = ContextTypes.DEFAULT_TYPE


def keyboard(number: int) -> InlineKeyboardMarkup:
    """Return one button a row."""
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(text, callback_data=data)] for text, data in buttons(number)]
    )


async def start(update: Update, context: Context) -> None:
    """Ask the first question."""
    assert update.message is not None
    database: aiosqlite.Connection = context.bot_data["database"]
    await database.execute("DELETE FROM answer WHERE chat = ?", (update.message.chat_id,))
    await database.commit()
    await update.message.reply_text(question(0), reply_markup=keyboard(0))


async def answer(update: Update, context: Context) -> None:
    """Store an answer and ask the next question."""
    query = update.callback_query
    assert query is not None
    assert query.data is not None
    assert query.message is not None
    database: aiosqlite.Connection = context.bot_data["database"]
    number, choice = map(int, query.data.split(":"))
    row = (query.message.chat.id, number, choice)
    await database.execute("INSERT OR IGNORE INTO answer VALUES (?, ?, ?)", row)
    await database.commit()
    await query.answer()
    if number + 1 < len(QUESTIONS):
        await query.edit_message_text(question(number + 1), reply_markup=keyboard(number + 1))
        return
    rows = await database.execute_fetchall("SELECT choice FROM answer WHERE chat = ?", row[:1])
    await query.edit_message_text(score([found[0] for found in rows]))


async def opened(application: "Application") -> None:  # type: ignore[type-arg]  # as its documentation writes it
    """Open the database."""
    database = await aiosqlite.connect(Path(os.environ["FOLDER"]) / "answers.db")
    await database.execute("PRAGMA journal_mode = WAL")
    await database.execute("PRAGMA synchronous = FULL")
    await database.execute(
        "CREATE TABLE IF NOT EXISTS answer (chat INTEGER, question INTEGER, choice INTEGER,"
        " PRIMARY KEY (chat, question)) WITHOUT ROWID"
    )
    await database.commit()
    application.bot_data["database"] = database


def main() -> None:
    """Run until stopped."""
    url = os.environ["TELEGRAM_API_URL"]
    builder = Application.builder().token(os.environ["TELEGRAM_BOT_TOKEN"]).base_url(f"{url}/bot")
    application = builder.post_init(opened).build()
    application.add_handler(CommandHandler("start", start))
    application.add_handler(CallbackQueryHandler(answer))
    application.run_polling(allowed_updates=Update.ALL_TYPES)


if __name__ == "__main__":
    main()
