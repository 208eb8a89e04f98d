from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.names import fold_name, person_key

MOST_SIMILAR = 10
NAME_VALUES = {"first_name", "last_name", "birth_date", "zip", "company_id", "state"}


class CaseFile(models.Model):
    """Similar names: whoever opens a file is shown who may be the same person.

    The keys are stored and indexed; they are read by the server only and follow the access to the file.
    """

    _inherit = "justiq.case.file"

    search_key = fields.Char(
        compute="_compute_search_key",
        store=True,
        groups="justiq.group_case_worker",
        export_string_translation=False,
    )
    person_key = fields.Char(
        compute="_compute_search_key",
        store=True,
        groups="justiq.group_case_worker",
        export_string_translation=False,
    )
    created_despite = fields.Text(
        string="Opened Although Similar Files Exist",
        copy=False,
        help="Why the young person is not the one of the similar case files that the search had found.",
    )

    _search_key_index = models.Index("USING gin (search_key gin_trgm_ops)")
    _person_key_index = models.Index("(person_key, company_id)")
    _birth_date_index = models.Index("(birth_date, company_id)")

    def _auto_init(self):
        # Odoo creates it in every new database; one that came from elsewhere may lack it.
        self.env.cr.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        return super()._auto_init()

    @api.depends("first_name", "last_name")
    def _compute_search_key(self):
        for case in self:
            case.search_key = f"{fold_name(case.first_name)} {fold_name(case.last_name)}"
            case.person_key = person_key(case.first_name, case.last_name)

    @api.model_create_multi
    def create(self, vals_list):
        cases = super().create(vals_list)
        # sudo: what the lead is told to look at; whoever opens a file learns nothing of it.
        self.env["justiq.case.duplicate"].sudo()._propose(cases)
        for case in cases.filtered("created_despite"):
            case._log_created_despite()
        return cases

    def write(self, vals):
        result = super().write(vals)
        if not NAME_VALUES.isdisjoint(vals):
            # sudo: as in create
            self.env["justiq.case.duplicate"].sudo()._propose(self)
        return result

    def _log_created_despite(self):
        # What the user's own search has shown. To search anew here would be a search that nobody counts.
        hits = self.env["justiq.case.search.hit"].search(
            [("create_uid", "=", self.env.uid), ("search_id.reason", "=", self.created_despite)]
        )
        if hits:
            self._message_log(
                body=self.env._(
                    "Opened although similar case files exist (%(references)s): %(reason)s",
                    references=sorted(set(hits.mapped("reference"))),
                    reason=self.created_despite,
                )
            )

    @api.model
    def _find_similar(self, company, first_name, last_name, birth_date=None, zip_code=None, limit=MOST_SIMILAR):
        """Files of the provider whose person may be this one, most similar first, whoever may read them.

        One query through two indexes, also among 100,000 files and before PostgreSQL knows anything of them: more
        conditions beside the indexed ones would tempt it to go through all files of the provider. Closed and archived
        ones are found, too. Of a file that was merged into another one, the other one. The caller decides what of
        them the user may see.
        """
        self.flush_model()
        query = self._similar_query(company, first_name, last_name, birth_date, zip_code, limit)
        return self.browse(dict.fromkeys(case_id for (case_id,) in self.env.execute_query(query)))

    @api.model
    def _similar_query(self, company, first_name, last_name, birth_date, zip_code, limit):
        key = f"{fold_name(first_name)} {fold_name(last_name)}"
        return SQL(
            """
            WITH candidate AS MATERIALIZED (
                 SELECT %(columns)s FROM justiq_case_file WHERE search_key %% %(key)s
                  UNION ALL
                 SELECT %(columns)s FROM justiq_case_file
                  WHERE birth_date = %(birth)s::date AND (search_key %% %(key)s) IS NOT TRUE)
            SELECT COALESCE(merged_into_id, id)
              FROM candidate
             WHERE company_id = %(company)s
               AND %(told)s
               AND ((search_key %% %(key)s AND (%(likeness)s >= 0.5 OR %(same_birth)s))
                    -- another family name, since a wedding or an adoption
                    OR (%(same_birth)s AND %(same_zip)s AND %(likeness)s >= 0.1))
          ORDER BY %(likeness)s + CASE WHEN %(same_birth)s THEN 0.5 ELSE 0 END
                   + CASE WHEN %(same_zip)s THEN 0.1 ELSE 0 END DESC, id DESC
             LIMIT %(limit)s
            """,
            columns=SQL("id, merged_into_id, company_id, state, restriction_date, search_key, birth_date, zip"),
            company=company.id,
            told=self._similar_sql(),
            key=key,
            likeness=SQL("similarity(search_key, %s)", key),
            birth=birth_date or None,
            same_birth=SQL("COALESCE(birth_date = %s::date, FALSE)", birth_date or None),
            same_zip=SQL("COALESCE(zip = %s, FALSE)", zip_code or None),
            limit=limit,
        )

    @api.model
    def _similar_sql(self):
        """The condition of the files of which a search may tell at all."""
        return SQL("state != 'anonymised'")
