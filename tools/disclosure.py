"""Everything that is stored about the person of a case file, as plain data (article 15 GDPR).

Gathered like what is removed when a file is anonymised: by the references to the case file, and by what each model says
of its fields. Names of others that are known to the file are masked in all texts.
"""

from odoo import fields
from odoo.fields import Domain
from odoo.tools import SQL, html2plaintext

from .mask import Mask
from .personal_data import CASE_FILE, THIRD, PersonalData, declarations

# What tells nothing of the person, or is said elsewhere.
TECHNICAL = {
    "id",
    "company_id",
    "case_file_id",
    "create_uid",
    "create_date",
    "write_uid",
    "write_date",
    "search_key",
    "person_key",
    "active",
    "sequence",
}
# Models that are about the work of the provider, and not about the person.
NOT_ABOUT_THE_PERSON = {
    "justiq.case.denial",
    "justiq.case.duplicate",
    "justiq.case.note.reader",
    "justiq.retention.run.line",
    "mail.activity",  # told apart, of all records
}
# Of others, in words and not as a name.
WORDS = {"with_whom"}
HANDOVER = "justiq.case.handover"


def label_of(model):
    """The name of the model, in the language of its user."""
    # sudo: names of models are no secret.
    return model.env["ir.model"].sudo()._get(model._name).name


class Disclosure(PersonalData):
    """What the user may hand out of what is stored; what she may not read is counted."""

    def __init__(self, case, placeholder, left_out=(), with_entrusted_of=None):
        # sudo: which records there are; each of them is read with the rights of the user.
        super().__init__(case.sudo().env, case.sudo())
        self.user_env = case.env
        self.left_out = set(left_out)
        self.with_entrusted_of = with_entrusted_of
        self.withheld, self.shown = {}, {}
        self.mask = Mask([case.first_name, case.last_name], placeholder)
        self._find_handovers()
        self._learn_names()

    def _learn_names(self):
        for name, ids in self.documents():
            thirds = [field for field, kind in declarations(self.env[name]).items() if kind == THIRD]
            for record in self.env[name].browse(ids) if thirds else ():
                for field in thirds:
                    add = self.mask.add_words if field in WORDS else self.mask.add
                    add(record[field])

    def _find_handovers(self):
        """Hand-overs name several files; their notes are about the person alone where it is this one only."""
        handovers = self.env[HANDOVER].search([("case_file_ids", "in", sorted(self.ids[CASE_FILE]))])
        if handovers:
            self.ids[HANDOVER] = set(handovers.ids)

    # ------------------------------------------------------------
    # Records
    # ------------------------------------------------------------

    def sections(self):
        """Title and records of each model: lists of label and text, and the same under the names of the fields."""
        sections = []
        for name in sorted(self.ids, key=lambda name: (name != CASE_FILE, name)):
            model = self.user_env[name]
            if name in NOT_ABOUT_THE_PERSON:
                continue
            records = self._readable(model.browse(sorted(self.ids[name])))
            rows = [row for record in records if (row := self._row(record))]
            if rows:
                sections.append({"model": name, "title": label_of(model), "records": rows})
        return sections

    def _readable(self, records):
        """Those that the user may hand out; the others are counted as withheld."""
        readable = records._filtered_access("read")
        if records._name in self.left_out:
            readable = readable.browse()
        elif isinstance(records, self.env.registry["justiq.unexported.mixin"]):
            exportable = readable._filtered_exportable()
            if self.with_entrusted_of and "is_entrusted" in records._fields:
                exportable |= readable.filtered(lambda record: record.author_id == self.with_entrusted_of)
            readable = exportable
        if records._name == HANDOVER:
            own = self.ids[CASE_FILE]
            # sudo: whether other persons' files are named, too.
            readable = readable.filtered(lambda one: set(one.sudo().case_file_ids.ids) <= own)
        if hidden := len(records) - len(readable):
            self.withheld[label_of(records)] = hidden
        self.shown[records._name] = set(readable.ids)
        return readable

    def _row(self, record):
        thirds = declarations(record)
        row = []
        for field in record._fields.values():
            if self._is_shown(record, field):
                value = self._value(record, field)
                if value not in (False, None, ""):
                    text = self.mask.placeholder if thirds.get(field.name) == THIRD else value
                    row.append({"field": field.name, "label": field._description_string(self.user_env), "value": text})
        return row

    def _is_shown(self, record, field):
        return (
            field.store
            and field.name not in TECHNICAL
            and not (field.name == "reference" and record._name != CASE_FILE)
            and not field.name.startswith(("message_", "activity_", "restriction_", "retention_"))
            and field.type not in ("one2many", "many2many", "many2one_reference", "json")
            and field.export_string_translation
            and record._has_field_access(field, "read")
        )

    def _value(self, record, field):
        value = record[field.name]
        if field.type == "many2one":
            return self._name_of(value)
        if field.type == "selection":
            return dict(field._description_selection(self.user_env)).get(value)
        if field.type in ("date", "datetime"):
            return value and field.to_string(value)
        if field.type == "html":
            return self.mask.apply(html2plaintext(value or ""))
        if field.type in ("char", "text"):
            return self.mask.apply(value)
        if field.type == "properties":
            answers = [f"{one['string']}: {one['value']}" for one in value or [] if one.get("value")]
            return self.mask.apply("\n".join(answers))
        if field.type == "binary":
            return self.user_env._("(scan, handed out as a copy)") if value else False
        if field.type == "boolean":
            return self.user_env._("Yes") if value else False
        return value or False

    def _name_of(self, other):
        """Organisations and staff in their function are named; private persons are not."""
        if not other or other._name in self.ids:
            return False
        # sudo: the name of what the record, which the user may read, refers to.
        other = other.sudo()
        if other._name == "res.partner" and not other.is_company and not other.user_ids:
            return self.mask.placeholder
        return other.display_name

    # ------------------------------------------------------------
    # Messages and files
    # ------------------------------------------------------------

    def messages(self):
        """What colleagues wrote in the chatter of what is shown."""
        messages = self.user_env["mail.message"].search(self._domain_shown("model"), order="id")
        return [
            {"date": fields.Datetime.to_string(message.date), "author": self._name_of(message.author_id), "text": text}
            for message in messages
            if (text := self.mask.apply(html2plaintext(message.body or "").strip()))
        ]

    def activities(self):
        """What colleagues have planned: kind, day and words."""
        activities = self.user_env["mail.activity"].search(self._domain_shown("res_model"), order="date_deadline, id")
        return [
            {
                "date": fields.Date.to_string(activity.date_deadline),
                "author": self._name_of(activity.user_id),
                "text": self.mask.apply(
                    "\n".join(
                        part
                        for part in (
                            activity.summary or activity.activity_type_id.name,
                            html2plaintext(activity.note or "").strip(),
                        )
                        if part
                    )
                ),
            }
            for activity in activities
        ]

    def _domain_shown(self, model_field):
        """Messages and activities of what is shown; what is withheld keeps its own."""
        return Domain.OR(
            Domain(model_field, "=", name) & Domain("res_id", "in", sorted(ids))
            for name, ids in self.shown.items()
            if ids
        )

    def attachments(self, with_messages=True):
        """Files that are attached to what is shown: name and size; the copies are handed out apart, after a look."""
        rows = self.env.execute_query(
            SQL("SELECT id FROM ir_attachment WHERE %s ORDER BY id", self.where_document("res_model"))
        )
        attachments = self.env["ir.attachment"].browse(row_id for (row_id,) in rows)
        shown = attachments.filtered(lambda one: one.res_id in self.shown.get(one.res_model, ()))
        if not with_messages:
            shown -= self.env["mail.message"].search([("attachment_ids", "in", shown.ids)]).attachment_ids
        # sudo is taken away: only what the user may read is named.
        readable = shown.with_env(self.user_env)._filtered_access("read")
        if hidden := len(attachments) - len(readable):
            self.withheld[label_of(self.user_env["ir.attachment"])] = hidden
        return [
            {
                "name": self.mask.apply(attachment.name),
                "type": attachment.mimetype,
                "size": attachment.file_size,
                "date": fields.Datetime.to_string(attachment.create_date),
            }
            for attachment in readable
        ]
