"""Protection of small numbers in figures for the public.

A number below the threshold would tell of single young people, so it is left out (primary suppression); and of the
others so many that none of those can be computed from totals (secondary suppression).
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from fractions import Fraction


def suppress(cells: Mapping, sums: Iterable, threshold: int, hidden: Iterable = ()) -> set[Hashable]:
    """Which cells must not be published.

    :param cells: number by key; zero is harmless and stays
    :param sums: pairs (key of the total, keys of its parts); all totals that a reader knows of
    :param threshold: the smallest number that may be published
    :param hidden: keys that are not published anyway, as what a total leaves besides its parts
    """
    return _Protection(cells, sums, threshold, hidden).run() - set(hidden)


class _Protection:
    def __init__(self, cells, sums, threshold, hidden):
        self.cells = cells
        self.sums = [(total, list(parts)) for total, parts in sums]
        self.threshold = threshold
        self.hidden = set(hidden)
        # Of how many sums a cell is the total.
        self.totals = Counter(total for total, _parts in self.sums)
        self.sensitive = {key for key, number in cells.items() if 0 < number < threshold}
        # That nothing is left besides the parts may be known from elsewhere.
        self.unknown = self.sensitive | {key for key in self.hidden if cells[key]}

    def run(self):
        while self._protect_in_sums() or self._protect_in_system():
            pass
        return self.unknown

    def _protect_in_sums(self):
        """Look at each sum by itself; what is left out of a known total must be large enough together."""
        changed = False
        for total, parts in self.sums:
            unknown = [key for key in (total, *parts) if key in self.unknown]
            if not self.sensitive.intersection(unknown):
                continue
            together = sum(self.cells[key] for key in unknown)
            if len(unknown) == 1 or (total not in self.unknown and together < self.threshold):
                changed |= self._leave_out_one_more((total, *parts))
        return changed

    def _leave_out_one_more(self, keys):
        """The one that a reader misses least: a total of little else, then the smallest. A zero protects nobody."""
        known = [key for key in keys if key not in self.unknown and self.cells[key] > 0]
        if known:
            # The name as the last resort, so that each run leaves out the same.
            self.unknown.add(min(known, key=lambda key: (self.totals[key], self.cells[key], str(key))))
        return bool(known)

    def _protect_in_system(self):
        """Look at all sums together: what follows from several of them is not protected yet."""
        return any(self._leave_out_one_near(key) for key in self._determined())

    def _leave_out_one_near(self, key):
        """One more of the sums in which the cell stands, or of those that hang together with it by unknown cells."""
        reached, keys = set(), {key}
        while keys:
            reached |= keys
            near = {
                other for total, parts in self.sums if not keys.isdisjoint((total, *parts)) for other in (total, *parts)
            }
            if self._leave_out_one_more(near):
                return True
            keys = near & self.unknown - reached
        return False

    def _determined(self):
        """The sensitive cells that the sums determine, by Gaussian elimination over the unknown cells."""
        rows = []
        for total, parts in self.sums:
            row = {key: Fraction(1) for key in parts if key in self.unknown}
            if total in self.unknown:
                row[total] = row.get(total, Fraction(0)) - 1
            rows.append({key: factor for key, factor in row.items() if factor})
        pivots = {}
        for row in rows:
            row = _reduce(row, pivots)
            if row:
                pivot = next(iter(row))
                row = {key: factor / row[pivot] for key, factor in row.items()}
                for other, existing in pivots.items():
                    if pivot in existing:
                        pivots[other] = _subtract(existing, row, existing[pivot])
                pivots[pivot] = row
        return [pivot for pivot, row in pivots.items() if len(row) == 1 and pivot in self.sensitive]


def _reduce(row, pivots):
    for pivot in [key for key in row if key in pivots]:
        row = _subtract(row, pivots[pivot], row.get(pivot, Fraction(0)))
    return row


def _subtract(row, other, factor):
    result = dict(row)
    for key, value in other.items():
        result[key] = result.get(key, Fraction(0)) - factor * value
        if not result[key]:
            del result[key]
    return result
