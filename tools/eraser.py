"""Anonymises case files in place: identity and texts go, what the statistics count stays.

Set by set in SQL on purpose: records that nobody may write have to be emptied, too, and what is computed from the
birth date has to stay as it is. Nothing of it can be taken back.
"""

from abc import ABC, abstractmethod

from odoo import fields
from odoo.tools import SQL

from .personal_data import BIRTH, CASE_FILE, PersonalData, erased_fields, erases_rows


class Eraser(PersonalData, ABC):
    """Counts, or removes, what tells who the persons are; of what, say the classes at the end."""

    # ------------------------------------------------------------
    # Dry run
    # ------------------------------------------------------------

    def count(self):
        """What would be removed: numbers by a pair of label and whether records or their texts go."""
        numbers = {}
        for name, ids in self.documents():
            model = self.env[name]
            if erases_rows(model):
                numbers[self._label(name), True] = len(ids)
            elif erased_fields(model):
                numbers[self._label(name), False] = len(ids)
        for model, where in self._about_documents():
            table = SQL.identifier(self.env[model]._table)
            [(number,)] = self.env.execute_query(SQL("SELECT COUNT(*) FROM %s WHERE %s", table, where))
            if number:
                numbers[self._label(model), True] = number
        return numbers

    def _label(self, name):
        # sudo: names of models in the user's language, which tell nothing of a person.
        return self.env["ir.model"].sudo()._get(name).name

    def _about_documents(self):
        """Other models whose records are about the documents, with the condition of SQL."""
        chatter = SQL("SELECT id FROM mail_message WHERE %s", self.where_document())
        in_chatter = SQL("SELECT attachment_id FROM message_attachment_rel WHERE message_id IN (%s)", chatter)
        return [
            ("ir.attachment", SQL("%s OR id IN (%s)", self.where_document("res_model"), in_chatter)),
            ("mail.activity", self.where_document("res_model")),
            ("mail.followers", self.where_document("res_model")),
            ("mail.message", self.where_document()),
        ]

    # ------------------------------------------------------------
    # For good
    # ------------------------------------------------------------

    def run(self, placeholder):
        """Remove it.

        :param placeholder: the text where there has to be one
        """
        self._prepare()
        self._erase_about_documents()
        for name, ids in self.documents():
            model = self.env[name]
            if erases_rows(model):
                self._delete(model._table, SQL("id = ANY(%s)", ids))
            elif values := self._values(model, placeholder):
                self._update(model, values, ids)
        self._mark()
        self.env.invalidate_all(flush=False)
        self.env[CASE_FILE]._forget_access()

    def _values(self, model, placeholder):
        """What is written, as SQL by name of the field."""
        values = {}
        for name, kind in erased_fields(model).items():
            if kind == BIRTH:
                values[name] = self._birth_sql(model)
            elif model._fields[name].required:
                values[name] = SQL("%s", placeholder)
            else:
                values[name] = SQL("NULL")
        return values

    def _birth_sql(self, model):
        """The youngest birth date that all ages at entry allow; without an entry, the turn of the year of opening.

        It tells nothing but the ages, which stay, and a total that is computed anew comes out the same.
        """
        return SQL(
            """COALESCE((SELECT MIN(enrolment.date_entry - make_interval(years => enrolment.age_at_entry))::date
                           FROM justiq_enrolment enrolment WHERE enrolment.case_file_id = %s.id),
                        date_trunc('year', date_opened)::date)""",
            SQL.identifier(model._table),
        )

    def _update(self, model, values, ids):
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s WHERE id = ANY(%s)",
                SQL.identifier(model._table),
                SQL(", ").join(SQL("%s = %s", SQL.identifier(name), value) for name, value in values.items()),
                ids,
            )
        )

    def _delete(self, table, where):
        self.env.cr.execute(SQL("DELETE FROM %s WHERE %s", SQL.identifier(table), where))

    def _erase_about_documents(self):
        for model, where in self._about_documents():
            if model == "ir.attachment":
                # By the ORM, which marks the stored file to be removed; two attachments may share one.
                rows = self.env.execute_query(SQL("SELECT id FROM ir_attachment WHERE %s", where))
                self.env[model].browse([row_id for (row_id,) in rows]).unlink()
            else:
                self._delete(self.env[model]._table, where)
        # The name under which a record was imported may be the person's.
        installed = SQL("SELECT name FROM ir_module_module WHERE state = 'installed'")
        self._delete("ir_model_data", SQL("(%s) AND module NOT IN (%s)", self.where_document(), installed))

    def _prepare(self):
        """Take in what is not found by references."""

    @abstractmethod
    def _mark(self):
        """Mark the subjects as anonymised."""


class FileEraser(Eraser):
    """Anonymises case files."""

    def _prepare(self):
        """Notes of hand-overs whose files are all anonymised now; else they are about the others, too."""
        handovers = self.env["justiq.case.handover"]
        link = handovers._fields["case_file_ids"]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT link.%(handover)s FROM %(link)s link JOIN justiq_case_file file ON file.id = link.%(file)s
                 WHERE link.%(handover)s IN (SELECT %(handover)s FROM %(link)s WHERE %(file)s = ANY(%(ids)s))
              GROUP BY link.%(handover)s
                HAVING bool_and(file.state = 'anonymised' OR file.id = ANY(%(ids)s))
                """,
                handover=SQL.identifier(link.column1),
                file=SQL.identifier(link.column2),
                link=SQL.identifier(link.relation),
                ids=sorted(self.ids[CASE_FILE]),
            )
        )
        if rows:
            self.ids[handovers._name] = {handover for (handover,) in rows}

    def _mark(self):
        self.env.cr.execute(
            SQL(
                """
                UPDATE justiq_case_file
                   SET state = 'anonymised', anonymised_on = %(today)s,
                       restriction_date = LEAST(restriction_date, %(today)s), retention_date = NULL
                 WHERE id = ANY(%(ids)s)
                """,
                today=fields.Date.today(),
                ids=sorted(self.ids[CASE_FILE]),
            )
        )
        self._erase_access_log()

    def _erase_access_log(self):
        """The free texts of the log about these files alone; PostgreSQL lets nothing else of it change."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE justiq_access_log log SET detail = NULL
                  FROM justiq_case_file file
                 WHERE file.id = ANY(%s) AND log.company_id = file.company_id
                   AND log.file_references = file.reference AND log.detail IS NOT NULL
                """,
                sorted(self.ids[CASE_FILE]),
            )
        )


class AliasEraser(Eraser):
    """Anonymises aliases of the low-threshold work; heads, hours, and what was estimated stay."""

    def _mark(self):
        self.env.cr.execute(
            SQL(
                """
                UPDATE justiq_outreach_alias
                   SET anonymised_on = %s, active = FALSE, is_file_proposed = FALSE, retention_date = NULL
                 WHERE id = ANY(%s)
                """,
                fields.Date.today(),
                sorted(self.ids[self.root]),
            )
        )
