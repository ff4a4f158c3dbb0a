"""k-anonymity by withholding cells: nobody stands out by what could be known of them from elsewhere.

Law: after `withholding`, every combination of quasi-identifiers that stands in the data is shared by at least
k people, where withheld counts as a value; with fewer than k people in all, everything is withheld. A
greedy search keeps the withheld cells few. Choices are never put together: that would invent a category.
Numbers and days were made coarser before (`coarsening`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

Key = tuple[str, ...]
"""One value for each quasi-identifier."""


@dataclass(slots=True)
class Crowds:
    """The people behind each combination: all of them while they are few, then only that they are enough."""

    k: int
    people: dict[Key, set[str]] = field(default_factory=dict)

    def add(self, key: Key, person: str) -> None:
        """Count somebody in."""
        crowd = self.people.setdefault(key, set())
        if len(crowd) < self.k:
            crowd.add(person)

    @property
    def smallest(self) -> int:
        """Return how many people the smallest crowd has; k means at least k."""
        return min((len(crowd) for crowd in self.people.values()), default=self.k)


def withholding(crowds: Crowds, withheld: str) -> Mapping[Key, Key]:
    """Return what must stand in the place of each combination that too few people share."""
    small = {key: crowd for key, crowd in crowds.people.items() if len(crowd) < crowds.k}
    found: dict[Key, Key] = {}
    for mask in _masks(len(next(iter(crowds.people), ()))):
        if not small:
            return found
        for masked, keys in _grouped(small, mask, withheld).items():
            if len(set().union(*(small[key] for key in keys))) >= crowds.k:
                found |= dict.fromkeys(keys, masked)
                small = {key: crowd for key, crowd in small.items() if key not in keys}
    return _with_others(crowds, small, found, withheld)


def _masks(length: int) -> Iterator[frozenset[int]]:
    """Yield which places are withheld: as few as possible first."""
    for number in range(1, length + 1):
        for places in combinations(range(length), number):
            yield frozenset(places)


def _grouped(
    small: Mapping[Key, set[str]], mask: frozenset[int], withheld: str
) -> Mapping[Key, Sequence[Key]]:
    groups: dict[Key, list[Key]] = {}
    for key in sorted(small):
        masked = tuple([withheld if place in mask else value for place, value in enumerate(key)])
        groups.setdefault(masked, []).append(key)
    return groups


def _with_others(
    crowds: Crowds, small: Mapping[Key, set[str]], found: dict[Key, Key], withheld: str
) -> Mapping[Key, Key]:
    """Withhold all of what is left; where that is still too few, of the smallest other crowds as well."""
    if not small:
        return found
    nothing = tuple([withheld] * len(next(iter(small))))
    hidden = set().union(*small.values())
    found |= dict.fromkeys(small, nothing)
    shown: dict[Key, list[Key]] = {}
    for key in crowds.people:
        if key not in small:
            shown.setdefault(found.get(key, key), []).append(key)
    for _, keys in sorted(shown.items(), key=lambda each: (_size(crowds, each[1]), each[0])):
        if len(hidden) >= crowds.k:
            break
        hidden |= set().union(*(crowds.people[key] for key in keys))
        found |= dict.fromkeys(keys, nothing)
    return found


def _size(crowds: Crowds, keys: Sequence[Key]) -> int:
    return len(set().union(*(crowds.people[key] for key in keys)))
