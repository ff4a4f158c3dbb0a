"""Peer (c): aiogram with its finite-state machine in memory, as its documentation teaches.

Like `finite_state_machine.py` of its examples, with inline buttons; all settings are the library's own.
"""

import asyncio
import os

from aiogram import Bot, Dispatcher, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from benchmarks.quiz import QUESTIONS, buttons, question, score

router = Router()


class Quiz(StatesGroup):
    """The states of the conversation."""

    asking = State()


def keyboard(number: int) -> InlineKeyboardMarkup:
    """Return one button a row."""
    rows = [[InlineKeyboardButton(text=text, callback_data=data)] for text, data in buttons(number)]
    return InlineKeyboardMarkup(inline_keyboard=rows)


@router.message(CommandStart())
async def start(message: Message, state: FSMContext) -> None:
    """Ask the first question."""
    await state.set_state(Quiz.asking)
    await state.update_data(answers=[])
    await message.answer(question(0), reply_markup=keyboard(0))


@router.callback_query(Quiz.asking)
async def answer(query: CallbackQuery, state: FSMContext) -> None:
    """Note an answer and ask the next question."""
    assert query.data is not None
    assert isinstance(query.message, Message)
    await query.answer()
    answers: list[int] = (await state.get_data())["answers"]
    number, choice = map(int, query.data.split(":"))
    if number == len(answers):
        answers = [*answers, choice]
    if len(answers) == len(QUESTIONS):
        await state.clear()
        await query.message.edit_text(score(answers))
        return
    await state.update_data(answers=answers)
    await query.message.edit_text(question(len(answers)), reply_markup=keyboard(len(answers)))


async def main() -> None:
    """Run until stopped."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(os.environ["TELEGRAM_API_URL"]))
    bot = Bot(os.environ["TELEGRAM_BOT_TOKEN"], session=session)
    dispatcher = Dispatcher()
    dispatcher.include_router(router)
    await dispatcher.start_polling(bot)


if __name__ == "__main__":
    asyncio.run(main())
