"""Protection of small numbers in figures for the public.

A number below the threshold would tell of single young people, so it is left out (primary suppression); and of the
others so many that none of those can be computed from what is published (secondary suppression), and no more than that.

A number counts as protected where another table, in which it differs, would look the same to the reader. The reader is
taken for one who knows the rules: that all numbers are whole, and that a zero is never left out.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping

# Steps in search of another table; where it needs more, the number counts as not protected.
STEPS = 400


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
        self.sums = [(total, tuple(parts)) for total, parts in sums]
        self.threshold = threshold
        self.hidden = set(hidden)
        # Of how many sums a cell is the total, and in which ones it stands, with its sign there.
        self.totals = Counter(total for total, _parts in self.sums)
        self.places = defaultdict(list)
        for number, (total, parts) in enumerate(self.sums):
            self.places[total].append((number, -1))
            for part in parts:
                self.places[part].append((number, 1))
        self.sensitive = {key for key, number in cells.items() if 0 < number < threshold}
        # That nothing is left besides the parts may be known from elsewhere.
        self.unknown = self.sensitive | {key for key in self.hidden if cells[key]}
        self.needed = frozenset(self.unknown)
        # By sensitive cell: which cells differ in the other table that protects it.
        self.witnesses = {}

    def run(self):
        while self._leave_out_more():
            pass
        for key in sorted(self.unknown - self.needed, key=self._worth, reverse=True):
            self._publish_if_safe(key)
        return self.unknown

    def _worth(self, key):
        """A reader misses totals more than their parts; the name as the last resort, so that each run is the same."""
        return self.totals[key], self.cells[key], str(key)

    def _leave_out_more(self):
        for number, (total, parts) in enumerate(self.sums):
            if self._tells_small_sum(number) and self._leave_out_one_of((total, *parts)):
                return True
        return any(not self._is_protected(key) and self._leave_out_one_near(key) for key in self._in_order())

    def _in_order(self):
        return sorted(self.sensitive, key=str)

    def _tells_small_sum(self, number):
        """Whether what is left out of a published total is a small number together."""
        total, parts = self.sums[number]
        left_out = [part for part in parts if part in self.unknown]
        return (
            total not in self.unknown
            and not self.sensitive.isdisjoint(left_out)
            and sum(self.cells[part] for part in left_out) < self.threshold
        )

    # ------------------------------------------------------------
    # Leave out, publish
    # ------------------------------------------------------------

    def _leave_out_one_of(self, keys):
        """The one that a reader misses least; a zero protects nobody."""
        known = [key for key in keys if key not in self.unknown and self.cells[key] > 0]
        if known:
            self.unknown.add(min(known, key=self._worth))
        return bool(known)

    def _leave_out_one_near(self, key):
        """One more of the sums in which the cell stands, or of those that hang together with it by unknown cells."""
        reached, keys = set(), {key}
        while keys:
            reached |= keys
            near = {
                other
                for one in keys
                for number, _sign in self.places[one]
                for other in (self.sums[number][0], *self.sums[number][1])
            }
            if self._leave_out_one_of(near):
                return True
            keys = near & self.unknown - reached
        return False

    def _publish_if_safe(self, key):
        """Take back what later ones have made superfluous."""
        self.unknown.remove(key)
        kept = {one: witness for one, witness in self.witnesses.items() if key in witness}
        if any(self._tells_small_sum(number) for number, _sign in self.places[key]) or not all(
            self._is_protected(one) for one in sorted(kept, key=str)
        ):
            self.unknown.add(key)
            self.witnesses.update(kept)

    # ------------------------------------------------------------
    # Is there another table that looks the same?
    # ------------------------------------------------------------

    def _is_protected(self, key):
        """Whether the cell could be one more or one less in a table with the same published numbers."""
        witness = self.witnesses.get(key)
        if witness and witness <= self.unknown:
            return True
        for step in (1, -1):
            if self._may_change(key, step):
                changed = _Search(self, key, step).run()
                if changed:
                    self.witnesses[key] = frozenset(changed)
                    return True
        return False

    def _may_change(self, key, step):
        # What is left out is at least one; what a total leaves besides its parts may be nothing.
        return step > 0 or self.cells[key] > (0 if key in self.hidden else 1)


class _Search:
    """Change a cell by one, and others until all sums are right again."""

    def __init__(self, protection, key, step):
        self.protection = protection
        self.steps = STEPS
        self.changes = {}
        self.open = {}  # by sum: what it lacks
        self._change(key, step)

    def run(self):
        return self.changes if self._mend() else None

    def _change(self, key, step):
        self.changes[key] = step
        self._balance(key, step)

    def _undo(self, key):
        self._balance(key, -self.changes.pop(key))

    def _balance(self, key, step):
        for number, sign in self.protection.places[key]:
            lacking = self.open.get(number, 0) + sign * step
            if lacking:
                self.open[number] = lacking
            else:
                self.open.pop(number, None)

    def _mend(self):
        if not self.open:
            return True
        self.steps -= 1
        if self.steps < 0:
            return False
        # The sum with the fewest ways first: it fails soonest.
        for key, step in min((self._ways(number) for number in self.open), key=len):
            self._change(key, step)
            if self._mend():
                return True
            self._undo(key)
        return False

    def _ways(self, number):
        total, parts = self.protection.sums[number]
        back = -1 if self.open[number] > 0 else 1
        candidates = [(total, -back), *((part, back) for part in parts)]
        return [
            (key, step)
            for key, step in candidates
            if key in self.protection.unknown and key not in self.changes and self.protection._may_change(key, step)
        ]
