"""Real people's answers over Telegram's wire; `python -m tests.real_people` takes all of them."""
