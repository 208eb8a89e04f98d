"""What a reader knows of conditions on persons: which one contains another, which exclude one another, what adds up.

It follows from the conditions alone, whatever the persons answer: all answers are tried out, as far as the conditions
tell them apart. So "below 25" is known to be the sum of four age groups, and nobody has to say so.
"""

import operator
from functools import lru_cache
from itertools import combinations, product
from math import prod
from typing import NamedTuple

COMPARE = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda value, found: value in found,
    "not in": lambda value, found: value not in found,
}
# So many answers together are tried out; of conditions that ask for more, only what each field tells is found.
MOST_ANSWERS = 20000


class Relations(NamedTuple):
    """Of the persons of a whole.

    :param classes: {key: (field, values)} of persons that no condition tells apart, though several could tell them
        from others: numbers of their own, which nobody publishes
    :param exact: [(total, parts)] that add up
    :param contained: [(total, parts)] of which the total contains all, and maybe more
    """

    classes: dict
    exact: list
    contained: list


@lru_cache(maxsize=64)
def relations(whole, conditions, values):
    """
    :param whole: key of all persons
    :param conditions: ((key, domain in prefix notation as a tuple), ...)
    :param values: ((field, its possible values), ...)
    """
    return _Relations(whole, dict(conditions), dict(values)).run()


class _Relations:
    def __init__(self, whole, conditions, values):
        self.whole = whole
        self.conditions = conditions
        self.values = values
        self.names = {key: tuple(sorted({leaf[0] for leaf in _leaves(one)})) for key, one in conditions.items()}
        self.found = Relations({}, [], [])

    def run(self):
        by_field = {}
        for key, names in self.names.items():
            if len(names) == 1:
                by_field.setdefault(names[0], []).append(key)
        parts = {name: self._partition(name, keys) for name, keys in by_field.items()}
        # Of a class, the sum of all classes says so already.
        classes = {part for found in parts.values() for part in found}
        self.found.contained.extend((self.whole, [key]) for key in self.names if key not in classes)
        several = [key for key, names in self.names.items() if len(names) > 1]
        for key in several:
            for name in sorted(set(self.names[key]) & set(parts)):
                self._project(key, name, parts[name])
        for one, other in combinations(self.names, 2):
            self._compare(one, other)
        return self.found

    def _partition(self, name, keys):
        """The classes of a field: which values no condition on it alone tells apart.

        :return: {key of the class: values}
        """
        groups = {}
        for value in self.values[name]:
            signature = tuple(key for key in keys if _holds(self.conditions[key], {name: value}))
            groups.setdefault(signature, []).append(value)
        parts, members = {}, {key: [] for key in keys}
        for number, (signature, values) in enumerate(groups.items()):
            alone = [key for key in signature if sum(key in other for other in groups) == 1]
            part = alone[0] if alone else ("class", self.whole, name, number)
            parts[part] = tuple(values)
            if not alone:
                self.found.classes[part] = (name, tuple(values))
            for key in signature:
                members[key].append(part)
        self.found.exact.append((self.whole, list(parts)))
        self.found.exact.extend((key, found) for key, found in members.items() if found and found != [key])
        return parts

    def _project(self, key, name, parts):
        """What a condition on several fields says of one of them."""
        met = [part for part, values in parts.items() if self._can_hold(key, {name: values})]
        if len(met) == len(parts):
            return
        union = met[0] if len(met) == 1 else ("union", self.whole, name, *met)
        if len(met) > 1 and union not in self.found.classes:
            self.found.classes[union] = (name, tuple(value for part in met for value in parts[part]))
            self.found.exact.append((union, met))
        if met:
            self.found.contained.append((union, [key]))

    def _can_hold(self, key, limited):
        choices = self._choices([key], limited)
        return prod(map(len, choices.values())) > MOST_ANSWERS or any(
            _holds(self.conditions[key], one) for one in _answers(choices)
        )

    def _compare(self, one, other):
        is_same_field = len(self.names[one]) == len(self.names[other]) == 1 and self.names[one] == self.names[other]
        if not is_same_field and not set(self.names[one]) & set(self.names[other]):
            return
        both = only_one = only_other = False
        choices = self._choices([one, other])
        if prod(map(len, choices.values())) > MOST_ANSWERS:
            return
        for answers in _answers(choices):
            in_one, in_other = (_holds(self.conditions[key], answers) for key in (one, other))
            both |= in_one and in_other
            only_one |= in_one and not in_other
            only_other |= in_other and not in_one
        if not both:
            # Of a single field, the classes say so already.
            if not is_same_field and only_one and only_other:
                self.found.contained.append((self.whole, [one, other]))
        elif not only_one:
            self.found.contained.append((other, [one]))
        elif not only_other:
            self.found.contained.append((one, [other]))

    def _choices(self, keys, limited=None):
        """The answers to what the conditions ask for, by field; one of each kind that they tell apart."""
        leaves = {leaf for key in keys for leaf in _leaves(self.conditions[key])}
        choices = {}
        for name in sorted({leaf[0] for leaf in leaves}):
            kinds = {}
            for value in (limited or {}).get(name, self.values[name]):
                kinds.setdefault(tuple(_is_true(leaf, value) for leaf in leaves if leaf[0] == name), value)
            choices[name] = list(kinds.values())
        return choices


def _answers(choices):
    """All ways to answer."""
    return (dict(zip(choices, answers, strict=True)) for answers in product(*choices.values()))


def _leaves(domain):
    return [part for part in domain if isinstance(part, tuple) and isinstance(part[0], str)]


def _is_true(leaf, value):
    _name, compare, wanted = leaf
    try:
        return bool(COMPARE[compare](value, wanted))
    except TypeError:  # nothing entered is neither smaller nor larger
        return False


def _holds(domain, answers):
    """Whether the answers meet the domain, in prefix notation."""
    stack = []
    for part in reversed(domain):
        if part == "!":
            stack.append(not stack.pop())
        elif part in ("&", "|"):
            one, other = stack.pop(), stack.pop()
            stack.append((one and other) if part == "&" else (one or other))
        else:
            stack.append(_is_true(part, answers.get(part[0], part[0])))
    return all(stack)
