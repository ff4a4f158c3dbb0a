"""Opens every link of the content files, on demand: which of them no longer answer?

Runs only when an author asks for it (`attune check --links`). Ten seconds for each, four at a time, nothing
is downloaded beyond the headers. A page that refuses programs (401, 403, 405, 429) is there, so it counts
as alive.
"""

import asyncio
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.organisation.check import Source
from bot.questionnaire.sources import Sources
from bot.source import WORDS, Document, Problem, Route, Table

SECONDS = 10
AT_ONCE = 4
_ALIVE_ALL_THE_SAME = frozenset({401, 403, 405, 429})
_GONE = 400


class Address(NamedTuple):
    """An address and where it stands."""

    document: Document
    route: Route
    url: str


def dead_links(questionnaires: Iterable[Sources], organisations: Iterable[Source]) -> list[Problem]:
    """Return every address in content files that doesn't answer."""
    addresses = [*_of_questionnaires(questionnaires), *_of_organisations(organisations)]
    answers = asyncio.run(open_all({address.url for address in addresses}))
    return [
        Table(WORDS).problem(
            "dead-link", address.document, address.route, f"{address.url} {answers[address.url]}"
        )
        for address in addresses
        if answers[address.url]
    ]


async def open_all(urls: Iterable[str]) -> dict[str, str]:
    """Return what is wrong with each address; nothing where it answers."""
    turnstile = asyncio.Semaphore(AT_ONCE)
    async with ClientSession(timeout=ClientTimeout(total=SECONDS)) as session:

        async def opened(url: str) -> tuple[str, str]:
            async with turnstile:
                return url, await _open(session, url)

        return dict(await asyncio.gather(*map(opened, urls)))


async def _open(session: ClientSession, url: str) -> str:
    try:
        async with session.get(url) as response:
            if response.url.scheme != "https" and url.startswith("https:"):
                return "leads away from https"
            gone = response.status >= _GONE and response.status not in _ALIVE_ALL_THE_SAME
            return f"answers {response.status}" if gone else ""
    except TimeoutError:
        return f"doesn't answer within {SECONDS} seconds"
    except (ClientError, ValueError) as error:
        return f"can't be reached ({type(error).__name__})"


def _of_questionnaires(questionnaires: Iterable[Sources]) -> Iterator[Address]:
    for sources in questionnaires:
        if sources.links is not None:
            for topic, links in sources.links.value.links.items():
                for index, link in enumerate(links):
                    yield Address(sources.links.document, ("links", topic, index, "url"), link.url)


def _of_organisations(organisations: Iterable[Source]) -> Iterator[Address]:
    for source in organisations:
        if source.value is not None:
            for topic, link in source.value.links.items():
                yield Address(source.document, ("links", topic, "url"), link.url)
            if source.value.contact.page is not None:
                yield Address(source.document, ("contact", "page"), source.value.contact.page)
