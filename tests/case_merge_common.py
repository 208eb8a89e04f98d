from odoo.tools import SQL

from .common import JustiqCommon

TABLES = (
    "justiq_case_file",
    "justiq_enrolment",
    "justiq_participation",
    "justiq_attendance",
    "justiq_case_note",
    "justiq_case_contact",
    "justiq_consent",
    "mail_activity",
    "mail_followers",
    "ir_attachment",
    "ir_model_data",
)


class MergeCommon(JustiqCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls.users["team_lead"]
        cls.colleague = cls._create_employee("Conny Colleague")
        cls.one = cls._create_case(zip="63065")
        cls.other = cls._create_case(cls.colleague, zip="63067", city="Musterstadt", potentials="Sings.")

    def _merge(self, one=None, other=None, user=None, **values):
        one, other = one or self.one, other or self.other
        assistant = self._assistant(one, other, user, **values)
        assistant.action_merge()
        return self.env["justiq.case.merge"].search([("merged_file_id", "=", other.id), ("undone_at", "=", False)])

    def _assistant(self, one, other, user=None, **values):
        return (
            self.env["justiq.case.merge.assistant"]
            .with_user(user or self.lead)
            .create(
                {
                    "case_file_id": one.id,
                    "merged_file_id": other.id,
                    "reason": "The same identity card.",
                    **values,
                }
            )
        )

    def _undo(self, merge, user=None):
        merge.with_user(user or self.lead).action_undo()

    def _photograph(self):
        """All rows of the two files and what hangs on them, but for who changed them last."""
        self.env.flush_all()
        return {
            table: {
                row["id"]: {name: value for name, value in row.items() if not name.startswith("write_")}
                for (row,) in self.env.execute_query(SQL("SELECT row_to_json(t) FROM %s t", SQL.identifier(table)))
            }
            for table in TABLES
        }
