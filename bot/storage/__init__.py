"""What is remembered: sessions, events, answers, replies owed; `base` says what every store promises."""
