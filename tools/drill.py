"""Ways from the figures of a report to the records that they are made of, as plain data; see `justiq.funder.report`."""


def ways(row, column):
    """Where a cell leads to: drills, each with the model, domain and field of the records that the cell is made of.

    Its own ones in `drills` (one, several, or None for no way at all), else those of the columns that it is reckoned
    from (`of` in the column), else the row's. A way of its own that is a `part` leads to the records of the row that
    meet it.
    """
    return [drill for drill in (_drill(row, way) for way in _ways(row, column)) if drill]


def _ways(row, column):
    """Names of the ways of a cell: (column key, or None for the row, and position among several)."""
    drills = row.get("drills") or {}
    names = [column["key"]] if column["key"] in drills else column.get("of") or [None]
    found = []
    for name in names:
        several = drills.get(name)
        if isinstance(several, list):
            found += [(name, position) for position in range(len(several))]
        else:
            found.append((name if name in drills else None, None))
    return list(dict.fromkeys(found))


def _own(row, way):
    """The way as the row has it: a drill, or a part of the row's."""
    name, position = way
    if name is None:
        return {"part": []}
    own = (row.get("drills") or {}).get(name)
    if position is None:
        return own
    return own[position] if isinstance(own, list) and position < len(own) else None


def _drill(row, way):
    own = _own(row, way)
    if own and "part" in own:
        whole = row.get("drill")
        return whole and {**whole, "domain": [*whole["domain"], *own["part"]]} if own["part"] else whole
    return own


def changed_records(before, after, column):
    """What has changed behind a cell: its own records, else those of the row, else those that it is reckoned from."""
    row = after or before
    own = _ways(row, column)
    others = [way for key in row.get("drills") or {} for way in _ways(row, {"key": key})]
    for way in dict.fromkeys([*own, (None, None), *others]):
        name = column.get("sum") if way in own else None
        old, new = _records(before, way, name), _records(after, way, name)
        if old is not None and new is not None:
            found = sorted(int(key) for key in old.keys() | new.keys() if old.get(key) != new.get(key))
            if found:
                return {"records": found, "drill": _drill(row, way)}
    return {"records": [], "drill": None}


def _records(row, way, field=None):
    """The records behind a row, or behind a cell of it; none where there is no row, None where nothing is known.

    :param field: compare what they add to this field alone
    """
    if row is None:
        return {}
    own = _own(row, way)
    if own and "part" in own:
        return _part(row, own["part"]) if own["part"] else _of_field(row.get("records") or {}, row.get("drill"), field)
    name, position = way
    records = (row.get("drill_records") or {}).get(name)
    if position is not None:
        records = records[position] if own and records else None
    return _of_field(records, own, field) if records is not None else None


def _of_field(records, drill, field):
    names = drill and drill.get("field")
    if not field or not isinstance(names, list) or field not in names:
        return records
    position = names.index(field)
    return {key: values[position : position + 1] for key, values in records.items()}


def _part(row, part):
    """The records of the row that meet a part of its domain, by what the row has kept of them; None if unknown."""
    names = (row.get("drill") or {}).get("field") or []
    names = names if isinstance(names, list) else [names]
    if not {leaf[0] for leaf in part if not isinstance(leaf, str)} <= set(names):
        return None
    kept = (row.get("records") or {}).items()
    return {key: True for key, values in kept if meets(dict(zip(names, values, strict=True)), part)}


def meets(values, domain):
    """Whether plain values meet a domain in prefix notation, of simple comparisons; nothing is less than a day."""
    compare = {
        "=": lambda value, other: value == other,
        "!=": lambda value, other: value != other,
        "in": lambda value, other: value in other,
        "not in": lambda value, other: value not in other,
        ">": lambda value, other: bool(value) and value > other,
        ">=": lambda value, other: bool(value) and value >= other,
        "<": lambda value, other: bool(value) and value < other,
        "<=": lambda value, other: bool(value) and value <= other,
    }
    stack = []
    for leaf in reversed(domain):
        if leaf == "!":
            stack.append(not stack.pop())
        elif leaf in ("&", "|"):
            both = stack.pop(), stack.pop()
            stack.append(all(both) if leaf == "&" else any(both))
        else:
            name, operator, other = leaf
            stack.append(compare[operator](values[name], other))
    return all(stack)
