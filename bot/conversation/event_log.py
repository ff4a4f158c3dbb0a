"""Events as they are written down: a kind and a body in JSON, and back."""

from pydantic import TypeAdapter

from bot.conversation.events import (
    Answered,
    AskedAgain,
    Began,
    CheckAsked,
    Consented,
    Continued,
    Corrected,
    Declined,
    EditAsked,
    ErasureConfirmed,
    Event,
    LanguageChosen,
    Moved,
    NotUnderstood,
    OfferAnswered,
    PageAsked,
    Paused,
    PlainSet,
    Refused,
    ResearchSet,
    ResultAsked,
    Resumed,
    Returned,
    Shared,
    Skipped,
    StaleTapped,
    Stopped,
    Ticked,
    TipAsked,
    TipRated,
    UrgentNoticed,
    WentBack,
)

EVENTS: dict[str, type[Event]] = {
    cls.__name__: cls
    for cls in (
        Began,
        LanguageChosen,
        Continued,
        Consented,
        Refused,
        ResearchSet,
        PlainSet,
        Answered,
        Ticked,
        Declined,
        Skipped,
        WentBack,
        Paused,
        Resumed,
        Stopped,
        CheckAsked,
        EditAsked,
        ResultAsked,
        Corrected,
        TipAsked,
        TipRated,
        Shared,
        OfferAnswered,
        AskedAgain,
        Moved,
        PageAsked,
        Returned,
        StaleTapped,
        NotUnderstood,
        UrgentNoticed,
        ErasureConfirmed,
    )
}


class _Adapters(dict[str, TypeAdapter[Event]]):
    """What reads and writes each kind of event, made when it is first needed: that takes its time."""

    def __missing__(self, kind: str) -> TypeAdapter[Event]:
        made: TypeAdapter[Event] = TypeAdapter(EVENTS[kind])
        self[kind] = made
        return made


_ADAPTERS = _Adapters()


def dump_event(event: Event) -> tuple[str, bytes]:
    """Return an event's kind and its body as JSON."""
    kind = type(event).__name__
    return kind, _ADAPTERS[kind].dump_json(event, exclude_defaults=True)


def parse_event(kind: str, body: bytes | str) -> Event:
    """Return the event that `dump_event` wrote."""
    return _ADAPTERS[kind].validate_json(body)
