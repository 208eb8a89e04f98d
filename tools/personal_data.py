"""What is stored about a young person, in whatever model: found by the references to the case file, or to the alias.

A model says in `_personal_data` what its fields tell, by name of the field; each file that adds fields adds its own:

- ERASE: identity, or text about the person; emptied when the file is anonymised
- THIRD: the same, about somebody else; also masked when the person asks what is stored about her
- BIRTH: the birth date; replaced by one that the ages at entry, which stay, allow just as well
- KEEP: nothing of the kind; stays for the figures

A text that is not declared is emptied, so what is forgotten does no harm; a test names it. Where `_erases_rows` is
set, the whole record goes.
"""

from odoo.tools import SQL

ERASE, THIRD, BIRTH, KEEP = "erase", "third", "birth", "keep"

CASE_FILE = "justiq.case.file"
# What may hold texts. Numbers, days and codes are figures, but for the birth date and what is computed from it.
TEXT_TYPES = {"char", "text", "html", "binary", "image", "json", "properties", "reference"}
# What may tell the birth date to the day.
TELLING_TYPES = TEXT_TYPES | {"date", "datetime"}


def declarations(model):
    """What the model says of its fields: dictionary by name, of all files that extend it."""
    declared = {}
    for cls in reversed(type(model).mro()):
        declared |= cls.__dict__.get("_personal_data", {})
    return declared


def erases_rows(model):
    return getattr(type(model), "_erases_rows", False)


def erased_fields(model):
    """The stored fields that are emptied, with what is declared of them."""
    declared = declarations(model)
    return {
        field.name: declared.get(field.name, ERASE)
        for field in model._fields.values()
        if field.store
        and field.column_type
        and (field.type in TEXT_TYPES or field.name in declared)
        and declared.get(field.name, ERASE) != KEEP
        and not field.name.startswith(("message_", "activity_"))
    }


class PersonalData:
    """The records that tell about the persons of case files, or of aliases."""

    def __init__(self, env, subjects):
        self.env = env
        self.root = subjects._name
        self.ids = {self.root: {*subjects.ids, *self._merged(subjects)}}
        self._find()

    def _merged(self, subjects):
        """Ids of the files that were merged into these."""
        # sudo is the caller's to justify: everything stored counts, whoever may see it.
        files = self.env[CASE_FILE].with_context(active_test=False)
        return files.search([("merged_into_id", "in", subjects.ids)]).ids if self.root == CASE_FILE else ()

    @staticmethod
    def links(env, root=CASE_FILE):
        """The references by which records belong to a case file or alias: model, field and model referred to.

        Records of other modules belong to it, too; what refers to these does not.
        """
        reached, waiting, links = {root}, [root], []
        sources = {
            name: [
                field
                for field in model._fields.values()
                if field.type == "many2one" and field.column_type and field.store
            ]
            for name, model in sorted(env.registry.items())
            if model._auto and not (model._abstract or model._transient)
        }
        while waiting:
            target = waiting.pop(0)
            for name, fields in sources.items():
                for field in fields:
                    if field.comodel_name == target:
                        links.append((name, field.name, target))
                        if name not in reached:
                            reached.add(name)
                            if name.startswith("justiq."):
                                waiting.append(name)
        return links

    def _find(self):
        """Follow the references until nothing new is found."""
        self.env.flush_all()
        links = self.links(self.env, self.root)
        new = dict(self.ids)
        while new:
            found = {}
            for name, field, target in links:
                if new.get(target):
                    found.setdefault(name, set()).update(self._select(name, field, new[target]))
            new = {name: ids - self.ids.get(name, set()) for name, ids in found.items()}
            new = {name: ids for name, ids in new.items() if ids}
            for name, ids in new.items():
                self.ids.setdefault(name, set()).update(ids)

    def _select(self, name, field, ids):
        table, column = SQL.identifier(self.env[name]._table), SQL.identifier(field)
        rows = self.env.execute_query(SQL("SELECT id FROM %s WHERE %s = ANY(%s)", table, column, list(ids)))
        return {row_id for (row_id,) in rows}

    def documents(self):
        """Model and ids of all records, for what refers to a document by its model and id."""
        return [(name, sorted(ids)) for name, ids in sorted(self.ids.items())]

    def where_document(self, model_column="model", id_column="res_id"):
        """The condition of SQL that such a reference leads to one of the records."""
        return SQL(" OR ").join(
            SQL("(%s = %s AND %s = ANY(%s))", SQL.identifier(model_column), name, SQL.identifier(id_column), ids)
            for name, ids in self.documents()
        )
