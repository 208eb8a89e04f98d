from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

# Whoever imports one person a thousand times gets no million of pairs.
MOST_PER_FILE = 5


class CaseDuplicate(models.Model):
    """Two case files that may be of the same person: same name and birth date or postcode, or nearly so.

    The server proposes them whenever a file is opened or renamed, on whatever path (form, import, RPC), and takes
    them back when they no longer look alike. Nothing is ever merged by itself: the team lead merges, or writes down
    why they are two persons. Nobody else sees the list; it would tell of files of colleagues.
    """

    _name = "justiq.case.duplicate"
    _inherit = ["justiq.access.logged.mixin"]
    _description = "Likely Duplicate"
    _order = "id desc"
    _rec_name = "case_file_id"

    case_file_id = fields.Many2one(
        comodel_name="justiq.case.file", required=True, readonly=True, ondelete="cascade", index=True
    )
    other_id = fields.Many2one(
        comodel_name="justiq.case.file",
        string="And",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company", string="Provider", required=True, readonly=True, index=True
    )
    likeness = fields.Selection(
        selection=[
            ("name_birth", "Same name and birth date"),
            ("name_zip", "Same name and postcode"),
            ("birth", "Similar name, same birth date"),
        ],
        required=True,
        readonly=True,
    )
    case_birth_date = fields.Date(related="case_file_id.birth_date", string="Birth Date")
    other_birth_date = fields.Date(related="other_id.birth_date", string="Birth Date of the Other")
    dismissal = fields.Char(
        string="Two Persons Because", help="Why these are two persons; the proposal is settled then."
    )
    dismissed_by_id = fields.Many2one(comodel_name="res.users", readonly=True)

    _older_file_first = models.Constraint("CHECK (case_file_id < other_id)", "The older file comes first.")
    _proposed_once = models.UniqueIndex("(case_file_id, other_id)", "These two files are already proposed.")

    def write(self, vals):
        if not self.env.su:
            if vals.keys() - {"dismissal"}:
                raise AccessError(
                    self.env._("Likely duplicates are found by the server; only the reason can be written.")
                )
            self.check_access("write")
            dismissal = (vals.get("dismissal") or "").strip()
            vals = {"dismissal": dismissal or False, "dismissed_by_id": self.env.uid if dismissal else False}
            # sudo: who settled it is not for the client to say.
            return super(CaseDuplicate, self.sudo()).write(vals)
        return super().write(vals)

    def action_merge(self):
        """Open the assistant for the two files."""
        self.ensure_one()
        return (self.case_file_id + self.other_id).action_merge()

    @api.model
    def _propose(self, cases):
        """Bring the proposals about the files up to date: two queries, however many files.

        Written in SQL, because two files may be saved at the same moment and both propose the same pair. That both
        are of one provider says the likeness: as a condition it would tempt PostgreSQL, where it has no statistics
        yet, to go through all files of the provider for each file.
        """
        if not cases.ids:
            return
        cases.flush_model()
        self.flush_model()
        ids = list(cases.ids)
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM justiq_case_duplicate d
                      WHERE (d.case_file_id = ANY(%(ids)s) OR d.other_id = ANY(%(ids)s))
                        AND d.dismissal IS NULL
                        AND (SELECT %(likeness)s FROM justiq_case_file a, justiq_case_file b
                              WHERE a.id = d.case_file_id AND b.id = d.other_id) IS NULL
                """,
                ids=ids,
                likeness=self._likeness_sql(),
            )
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO justiq_case_duplicate
                       (case_file_id, other_id, company_id, likeness, create_uid, create_date, write_uid, write_date)
                SELECT LEAST(a.id, found.id), GREATEST(a.id, found.id), a.company_id, found.likeness,
                       %(uid)s, now() at time zone 'UTC', %(uid)s, now() at time zone 'UTC'
                  FROM justiq_case_file a
                  JOIN LATERAL (
                       (SELECT b.id, %(likeness)s AS likeness FROM justiq_case_file b
                         WHERE b.person_key = a.person_key AND b.id != a.id
                           AND (%(likeness)s) IS NOT NULL LIMIT %(most)s)
                        UNION ALL
                       (SELECT b.id, %(likeness)s AS likeness FROM justiq_case_file b
                         WHERE b.birth_date = a.birth_date AND b.id != a.id
                           AND (%(likeness)s) IS NOT NULL LIMIT %(most)s)
                       ) found ON TRUE
                 WHERE a.id = ANY(%(ids)s)
                    ON CONFLICT DO NOTHING
                """,
                ids=ids,
                likeness=self._likeness_sql(),
                most=MOST_PER_FILE,
                uid=self.env.uid,
            )
        )
        self.invalidate_model()

    @api.model
    def _likeness_sql(self):
        """What makes files a and b look alike, or NULL."""
        return SQL(
            """CASE WHEN a.company_id != b.company_id OR a.merged_into_id IS NOT NULL OR b.merged_into_id IS NOT NULL
                      OR a.state = 'anonymised' OR b.state = 'anonymised' THEN NULL
                    WHEN a.person_key = b.person_key AND a.birth_date = b.birth_date THEN 'name_birth'
                    WHEN a.person_key = b.person_key AND a.zip = b.zip THEN 'name_zip'
                    WHEN a.birth_date = b.birth_date AND similarity(a.search_key, b.search_key) >= 0.6 THEN 'birth'
               END"""
        )
