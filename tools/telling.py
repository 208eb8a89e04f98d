"""Whether what is shown, or what is searched by, tells about a young person: the access log asks."""

from odoo.fields import Domain

from .personal_data import erased_fields

LOGGED = "justiq.access.logged.mixin"
# How many there are says nothing of who it is.
COUNTS = ("count", "count_distinct")


def shows(model, spec):
    """Whether a group or an aggregate shows it: `last_name`, `birth_date:year`, `case_file_id.city`."""
    path, _colon, function = spec.partition(":")
    return function not in COUNTS and tells(model, path)


def tells(model, path):
    """Whether the value at the end of the path is a text about the person, the birth date, or a label made of these."""
    name, _dot, rest = path.partition(".")
    field = model._fields.get(name)
    if field is None:
        return False
    if field.relational:
        return tells(model.env[field.comodel_name], rest or "display_name")
    if not isinstance(model, model.env.registry[LOGGED]):
        return False
    if name == "display_name":
        names = (*model.pool.field_depends[field], *(model._rec_names_search or ()))
        return any(tells(model, one) for one in names)
    if field.related and not field.store:
        return tells(model, field.related)
    return name in erased_fields(model)


def searches(model, domain):
    """Whether the domain searches by it. A record that is named by its number is no such search."""
    return any(
        _searches_by(model, condition.field_expr, condition.operator, condition.value)
        for condition in Domain(domain or ()).iter_conditions()
    )


def _searches_by(model, path, operator, value):
    name, _dot, rest = path.partition(".")
    field = model._fields.get(name)
    if field is None or not field.relational:
        return tells(model, path)
    other = model.env[field.comodel_name]
    if rest:
        return _searches_by(other, rest, operator, value)
    if isinstance(value, Domain) or "any" in operator:
        return isinstance(value, list | tuple | Domain) and searches(other, value)
    values = value if isinstance(value, list | tuple | set) else [value]
    return any(isinstance(one, str) for one in values) and tells(other, "display_name")
