from odoo import api, fields, models, tools
from odoo.tools import SQL, format_datetime

PATHS = [
    ("form", "Opened"),
    ("list", "Seen in a list"),
    ("print", "Printed"),
    ("export", "Exported"),
    ("download", "Downloaded"),
    ("search", "Found in a search"),
    ("emergency", "Opened in an emergency"),
]
SEPARATOR = ", "
MOST_SHOWN = 3


class AccessLog(models.Model):
    """Who looked at case files: one row for each access, whether of one file or of a list.

    The server writes it when files, or what hangs on them, are opened, listed,
    printed or exported. The privacy officer reads and searches the rows of the
    own companies; nobody else reads it, and nobody changes or deletes a row.
    The files are named by their references, which stay when a file is gone.
    """

    _name = "justiq.access.log"
    _inherit = ["justiq.append.only.mixin"]
    _description = "Access to Case Files"
    _order = "date desc, id desc"
    _rec_name = "date"
    _log_access = False

    user_id = fields.Many2one(comodel_name="res.users", required=True, readonly=True, ondelete="restrict", index=True)
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now, index=True)
    path = fields.Selection(selection=PATHS, required=True, readonly=True)
    company_id = fields.Many2one(
        comodel_name="res.company", string="Provider", required=True, readonly=True, ondelete="restrict", index=True
    )
    file_count = fields.Integer(string="Number of Files", readonly=True, aggregator="sum")
    file_references = fields.Text(string="Case Files", required=True, readonly=True, index="trigram")
    files_label = fields.Char(
        string="Files", compute="_compute_files_label", help="The first ones; all of them in the form."
    )
    model_names = fields.Char(required=True, readonly=True, export_string_translation=False)
    content = fields.Char(
        compute="_compute_content", help="What of the files was read: the file itself, its contact log ..."
    )
    detail = fields.Text(readonly=True, help="The exported fields, the printed report, or what a list was grouped by.")

    @api.depends("date")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        for entry in self:
            entry.display_name = format_datetime(self.env, entry.date) if entry.date else False

    @api.depends("file_references", "file_count")
    def _compute_files_label(self):
        for log in self:
            shown = (log.file_references or "").split(SEPARATOR, MOST_SHOWN)[:MOST_SHOWN]
            label, more = SEPARATOR.join(shown), log.file_count - len(shown)
            log.files_label = self.env._("%(files)s and %(more)s more", files=label, more=more) if more > 0 else label

    @api.depends("model_names")
    @api.depends_context("lang")
    def _compute_content(self):
        names = {name for log in self for name in (log.model_names or "").split(",")}
        # sudo: names of models are no secret.
        models_ = self.env["ir.model"].sudo().search([("model", "in", list(names))])
        labels = dict(models_.mapped(lambda model: (model.model, model.name)))
        for log in self:
            log.content = ", ".join(labels.get(name, name) for name in (log.model_names or "").split(","))

    @tools.ormcache()
    def _file_columns(self):
        """Of each logged model, the column that holds the id of the case file."""
        mixin = self.env.registry["justiq.access.logged.mixin"]
        documents = self.env.registry["justiq.document.logged.mixin"]  # they count as the record they belong to
        return {
            name: (model._table, "id" if name == "justiq.case.file" else "case_file_id")
            for name, model in self.env.registry.items()
            if issubclass(model, mixin) and not issubclass(model, documents) and not model._abstract
        }

    @api.model
    def _insert(self, access):
        """Write one access in one query, also where it was a list of hundreds; one row for each provider concerned.

        By SQL: the references of the files come from the database in the same query.

        :param access: what `justiq.access.logged.mixin` has gathered
        """
        columns = self._file_columns()
        files = SQL(" UNION ").join(
            SQL(
                "SELECT %s AS id FROM %s WHERE id = ANY(%s)",
                SQL.identifier(columns[name][1]),
                SQL.identifier(columns[name][0]),
                sorted(ids),
            )
            for name, ids in access.ids_by_model.items()
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO justiq_access_log
                    (user_id, date, path, company_id, file_count, file_references, model_names, detail)
                SELECT %(user)s, timezone('UTC', clock_timestamp()), %(path)s, file.company_id, COUNT(*),
                    string_agg(file.reference, %(separator)s ORDER BY file.reference), %(models)s, %(detail)s
                  FROM justiq_case_file file
                 WHERE file.id IN (%(files)s)
                 GROUP BY file.company_id
                """,
                user=access.user_id,
                path=access.path,
                separator=SEPARATOR,
                models=",".join(sorted(access.ids_by_model)),
                detail=access.detail or None,
                files=files,
            )
        )
