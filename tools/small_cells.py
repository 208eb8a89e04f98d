"""Protection of small numbers in figures for the public.

A number below the threshold would tell of single young people, so it is left out (primary suppression); and of the
others so many that none of those can be computed from what is published (secondary suppression), and no more than that.

A number counts as protected where other tables, in which it differs, would look the same to the reader: as many that it
may have at least as many values as the threshold, so that "one or two" is not learned either. The reader is taken for
one who knows the rules: that all numbers are whole, and that a zero is never left out. Where a table of few persons
cannot be protected, everything that hangs together with the number is left out, zeros included.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping

# Steps in search of another table; where it needs more, the number counts as not protected.
STEPS = 200
# In tables of fewer persons than so many times the threshold, nothing is published around a number that counts as not
# protected; in larger ones, too much would go, though a reader hardly gets at it: the search knows equal steps only.
FEW = 10


def suppress(cells: Mapping, sums: Iterable, threshold: int, hidden: Iterable = ()) -> set[Hashable]:
    """Which cells must not be published.

    :param cells: number by key; zero is harmless and stays
    :param sums: pairs (key of the total, keys of its parts); all totals that a reader knows of
    :param threshold: the smallest number that may be published
    :param hidden: keys that are not published anyway, as what a total leaves besides its parts; they may be zero
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
        self.unknown = self.sensitive | self.hidden
        self.needed = frozenset(self.unknown)
        # By sum: what of it may differ, with its sign there; written down at the first question.
        self.loose = {}
        # By sensitive cell: which cells differ in the other tables that protect it.
        self.witnesses = {}

    def run(self):
        while self._leave_out_more():
            pass
        unprotected = {key for key in self.sensitive if not self._is_protected(key)}
        if unprotected:
            self._leave_out_all_around(unprotected)
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
            self._hide(min(known, key=self._worth))
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

    def _leave_out_all_around(self, keys):
        """As the last resort, in small tables: all that hangs together with the cells, zeros too."""
        reached = set()
        while keys:
            reached |= keys
            keys = {
                other
                for one in keys
                for number, _sign in self.places[one]
                for other in (self.sums[number][0], *self.sums[number][1])
            } - reached
        if max(map(self.cells.get, reached)) < FEW * self.threshold:
            self.unknown |= reached
            self.needed |= reached
            self.loose.clear()

    def _publish_if_safe(self, key):
        """Take back what later ones have made superfluous."""
        self.unknown.remove(key)
        self._forget(key)
        kept = {one: witness for one, witness in self.witnesses.items() if key in witness}
        if any(self._tells_small_sum(number) for number, _sign in self.places[key]) or not all(
            self._is_protected(one) for one in sorted(kept, key=str)
        ):
            self._hide(key)
            self.witnesses.update(kept)

    def _hide(self, key):
        self.unknown.add(key)
        self._forget(key)

    def _forget(self, key):
        for number, _sign in self.places[key]:
            self.loose.pop(number, None)

    def differing(self, number):
        """The cells of a sum that a reader does not know, each with its sign there."""
        if number not in self.loose:
            total, parts = self.sums[number]
            signed = [(total, -1), *((part, 1) for part in parts)]
            loose = [(key, sign) for key, sign in signed if key in self.unknown]
            # First what stands in few other sums, so that little else has to change.
            self.loose[number] = sorted(loose, key=lambda one: len(self.places[one[0]]))
        return self.loose[number]

    # ------------------------------------------------------------
    # Are there other tables that look the same?
    # ------------------------------------------------------------

    def _is_protected(self, key):
        """Whether the tables with the same published numbers have enough values for the cell."""
        witness = self.witnesses.get(key)
        if witness and witness <= self.unknown:
            return True
        lacking, differing = self.threshold - 1, {key}
        for sign in (1, -1):
            table, size = Counter(), lacking
            while size and lacking:
                changed = _Search(self, table, key, sign * size).run()
                if changed:
                    table.update(changed)
                    differing.update(changed)
                    lacking -= size
                size = min(size, lacking) if changed else size // 2
        if lacking:
            return False
        self.witnesses[key] = frozenset(differing)
        return True

    def floor(self, key):
        """What is left out is at least one; what a total leaves besides its parts may be nothing."""
        return 0 if key in self.hidden else 1


class _Search:
    """Change a cell by a step, and others by the same one, until all sums are right again.

    :param table: how far the cells are from their numbers already
    """

    def __init__(self, protection, table, key, step):
        self.protection = protection
        self.table = table
        self.size = abs(step)
        self.start = key, step
        self.steps = STEPS
        self.changes = {}
        self.open = {}  # by sum: what it lacks

    def run(self):
        if not self._may_change(*self.start):
            return None
        self._change(*self.start)
        return self.changes if self._mend() else None

    def _may_change(self, key, step):
        number = self.protection.cells[key] + self.table[key] + step
        return step > 0 or number >= self.protection.floor(key)

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
        for key, step in self._fewest_ways():
            self._change(key, step)
            if self._mend():
                return True
            self._undo(key)
        return False

    def _fewest_ways(self):
        """The ways to mend the sum that has the fewest of them: it fails soonest."""
        fewest = None
        for number in self.open:
            ways = self._ways(number)
            if len(ways) < 2:
                return ways
            if fewest is None or len(ways) < len(fewest):
                fewest = ways
        return fewest

    def _ways(self, number):
        back = -self.size if self.open[number] > 0 else self.size
        return [
            (key, sign * back)
            for key, sign in self.protection.differing(number)
            if key not in self.changes and self._may_change(key, sign * back)
        ]
