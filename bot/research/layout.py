"""The editions met, merged by id: which items, scales and segments have a column, and in which order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.questionnaire.model import Edition, Item, Scale, Segment


@dataclass(frozen=True, slots=True)
class Layout:
    """What one questionnaire's editions hold together; each id comes with the newest edition that has it."""

    questionnaire: str
    editions: tuple[Edition, ...]  # newest first
    items: dict[str, Edition]
    scales: dict[str, Edition]
    segments: dict[str, Edition]

    def item(self, item_id: str) -> Item:
        """Return an item as the newest edition has it."""
        return self.items[item_id].questionnaire.item(item_id)

    def scale(self, scale_id: str) -> Scale:
        """Return a scale as the newest edition has it."""
        scales = self.scales[scale_id].questionnaire.scales
        return next(scale for scale in scales if scale.id == scale_id)

    def segment(self, segment_id: str) -> Segment:
        """Return a segment as the newest edition has it."""
        segments = self.segments[segment_id].questionnaire.segments
        return next(segment for segment in segments if segment.id == segment_id)


def merge(questionnaire: str, newest_first: Sequence[Edition]) -> Layout:
    """Merge editions: the newest one's order, then what only older ones have."""
    return Layout(
        questionnaire,
        tuple(newest_first),
        _owners((edition, [item.id for item in edition.questionnaire.items]) for edition in newest_first),
        _owners((edition, [scale.id for scale in edition.questionnaire.scales]) for edition in newest_first),
        _owners((edition, [one.id for one in edition.questionnaire.segments]) for edition in newest_first),
    )


def _owners(listed: Iterable[tuple[Edition, Sequence[str]]]) -> dict[str, Edition]:
    owners: dict[str, Edition] = {}
    for edition, ids in listed:
        for each in ids:
            owners.setdefault(each, edition)
    return owners
