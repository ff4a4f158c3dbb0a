"""What is remembered: sessions, events, answers, replies owed; `store` says what every store promises."""
