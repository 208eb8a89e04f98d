import base64

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..tools import figures

# Raise it when the layout of PDF or XLSX changes: a frozen report tells with which one it was made.
TEMPLATE_VERSION = "3"
FILES = ("pdf_file", "xlsx_file")
# What the server keeps at freezing, and nobody enters.
KEPT = {
    *FILES,
    "frozen_figures",
    "cut_off_date",
    "frozen_at",
    "frozen_by_id",
    "template_version",
    "frozen_facts",
    "content_sha256",
    "figures_sha256",
    "pdf_sha256",
    "xlsx_sha256",
}


class FunderReport(models.Model):
    """Freezing: the figures as data, the PDF and the XLSX, with their SHA-256.

    A frozen report never changes: the ORM refuses it to everybody, on every path
    and also for the files; PostgreSQL refuses it to whoever gets past the ORM.
    What changes outside of it (a file in the file store) shows in `action_verify`,
    see `funding_funder_report_verify.py`.

    The files are attachments of fields that nobody reads directly: printing the
    report gives them to whoever may read all of its sections.
    """

    _inherit = "justiq.funder.report"

    cut_off_date = fields.Date(
        string="Cut-off Date", readonly=True, copy=False, help="The figures are those of this day."
    )
    frozen_at = fields.Datetime(string="Frozen on", readonly=True, copy=False)
    frozen_by_id = fields.Many2one(
        comodel_name="res.users", string="Frozen by", readonly=True, copy=False, ondelete="restrict"
    )
    template_version = fields.Char(readonly=True, copy=False)
    frozen_figures = fields.Json(readonly=True, copy=False, groups=fields.NO_ACCESS, export_string_translation=False)
    frozen_facts = fields.Json(readonly=True, copy=False, groups=fields.NO_ACCESS, export_string_translation=False)
    figures = fields.Json(compute="_compute_figures", export_string_translation=False)
    pdf_file = fields.Binary(string="PDF", attachment=True, readonly=True, copy=False, groups=fields.NO_ACCESS)
    xlsx_file = fields.Binary(string="XLSX", attachment=True, readonly=True, copy=False, groups=fields.NO_ACCESS)
    content_sha256 = fields.Char(
        string="SHA-256 of the Content",
        readonly=True,
        copy=False,
        help="Fingerprint of figures, texts, period, cut-off date and who froze it. It is printed on the PDF, so the "
        "copy that the funder has proves the content here.",
    )
    figures_sha256 = fields.Char(string="SHA-256 of the Figures", readonly=True, copy=False)
    pdf_sha256 = fields.Char(string="SHA-256 of the PDF", readonly=True, copy=False)
    xlsx_sha256 = fields.Char(string="SHA-256 of the XLSX", readonly=True, copy=False)

    _frozen_is_complete = models.Constraint(
        "CHECK (state <> 'frozen' OR (frozen_at IS NOT NULL AND frozen_by_id IS NOT NULL AND cut_off_date IS NOT NULL "
        "AND template_version IS NOT NULL AND frozen_figures IS NOT NULL AND figures_sha256 IS NOT NULL "
        "AND pdf_sha256 IS NOT NULL AND xlsx_sha256 IS NOT NULL))",
        "A report is frozen together with its figures, its PDF and its XLSX.",
    )

    def init(self):
        # Of attachments, only the files of frozen reports are guarded; all others cost one comparison.
        self.env.cr.execute(
            SQL(
                """
                CREATE OR REPLACE FUNCTION justiq_funder_report_is_frozen() RETURNS trigger AS $$
                BEGIN
                    IF TG_TABLE_NAME = 'ir_attachment' THEN
                        IF NOT EXISTS (SELECT FROM justiq_funder_report WHERE id = OLD.res_id AND state = 'frozen') THEN
                            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
                        END IF;
                    END IF;
                    RAISE EXCEPTION 'A frozen report never changes: %% is refused.', TG_OP;
                END
                $$ LANGUAGE plpgsql;
                DROP TRIGGER IF EXISTS justiq_funder_report_frozen ON justiq_funder_report;
                CREATE TRIGGER justiq_funder_report_frozen
                BEFORE UPDATE OR DELETE ON justiq_funder_report
                FOR EACH ROW WHEN (OLD.state = 'frozen') EXECUTE FUNCTION justiq_funder_report_is_frozen();
                DROP TRIGGER IF EXISTS justiq_funder_report_not_emptied ON justiq_funder_report;
                CREATE TRIGGER justiq_funder_report_not_emptied
                BEFORE TRUNCATE ON justiq_funder_report
                FOR EACH STATEMENT EXECUTE FUNCTION justiq_funder_report_is_frozen();
                DROP TRIGGER IF EXISTS justiq_funder_report_file_frozen ON ir_attachment;
                CREATE TRIGGER justiq_funder_report_file_frozen
                BEFORE DELETE OR UPDATE OF res_model, res_id, res_field, checksum, db_datas, store_fname
                ON ir_attachment
                FOR EACH ROW WHEN (OLD.res_model = 'justiq.funder.report' AND OLD.res_field IS NOT NULL)
                EXECUTE FUNCTION justiq_funder_report_is_frozen()
                """
            )
        )
        return super().init()

    @api.depends("kind", "grant_id", "date_start", "date_end", "is_for_outside", "state")
    @api.depends_context("uid", "lang")
    def _compute_figures(self):
        """The sections that the user may read, of the cut-off date or of today."""
        for report in self:
            report.figures = report._readable_figures() if isinstance(report.id, int) else False

    # ------------------------------------------------------------
    # Nothing of it changes
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        self._check_not_kept({name for vals in vals_list for name in vals})
        if any(vals.get("state") == "frozen" for vals in vals_list):
            raise ValidationError(self.env._("A new report is open. Freeze it when its figures are right."))
        return super().create(vals_list)

    def write(self, vals):
        self._check_not_kept(vals)
        if vals.get("state") != "frozen":
            return super().write(vals)
        others = {name: value for name, value in vals.items() if name != "state"}
        if others:
            self.write(others)
        for report in self.filtered(lambda report: report.state != "frozen"):
            report._freeze()
        return True

    @api.model
    def default_get(self, fields):
        # A default may come from the context, that is, from the client.
        return {name: value for name, value in super().default_get(fields).items() if name not in KEPT}

    @api.model
    def _check_not_kept(self, names):
        kept = KEPT & set(names)
        if kept:
            raise ValidationError(
                self.env._(
                    "%s: the server keeps this when the report is frozen, nobody can enter it.",
                    sorted(self._fields[name]._description_string(self.env) for name in kept),
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        self._check_not_frozen()

    def _frozen_message(self):
        self.ensure_one()
        return self.env._(
            "%s is frozen and stays as it was sent. For the figures of today, make a new report; “Compare” shows what "
            "has changed.",
            self.display_name,
        )

    # ------------------------------------------------------------
    # Freezing
    # ------------------------------------------------------------

    def _freeze(self):
        """Keep figures, PDF and XLSX of today, then close the record; all of it or nothing.

        Everything is read in one transaction, so what others save meanwhile is in all of it or in nothing of it.

        :raises AccessError: where the user may not freeze reports
        :raises UserError: where somebody else is just freezing or changing it
        """
        self.ensure_one()
        self.check_access("write")
        self._check_transition("frozen")
        if not self.try_lock_for_update():
            raise UserError(
                self.env._(
                    "%s is being frozen or changed by somebody else at this moment. Please look again in a minute.",
                    self.display_name,
                )
            )
        sections = self._in_provider_language()._figures_with_records()
        self._keep(
            {
                "frozen_figures": sections,
                "figures_sha256": figures.fingerprint(figures.canonical(sections)),
                "cut_off_date": fields.Date.context_today(self._in_provider_language()),
                "frozen_at": fields.Datetime.now(),
                "frozen_by_id": self.env.uid,
                "template_version": self._template_of_today(),
            }
        )
        # The files print the fingerprint of what they show, so it comes before them.
        facts = self._facts()
        self._keep(
            {
                "frozen_facts": facts,
                "content_sha256": figures.fingerprint(figures.canonical([facts, sections])),
            }
        )
        # sudo: the files have all sections, whoever freezes; reading them asks again.
        whole = self.sudo()
        pdf, xlsx = whole._print_pdf(), whole._print_xlsx()
        self._keep(
            {
                "pdf_file": base64.b64encode(pdf),
                "pdf_sha256": figures.fingerprint(pdf),
                "xlsx_file": base64.b64encode(xlsx),
                "xlsx_sha256": figures.fingerprint(xlsx),
            }
        )
        # As the last step: from here on nothing changes any more.
        return super().write({"state": "frozen"})  # pylint: disable=super-method-mismatch

    def _keep(self, values):
        """Write what only the server writes."""
        # sudo: fields that no role may write; the user may write and freeze the report.
        result = super(FunderReport, self.sudo()).write(values)  # pylint: disable=super-method-mismatch
        self.flush_recordset()
        return result

    def _in_provider_language(self):
        """The report in the language and the time zone of the provider, as it goes to the funder."""
        # sudo: language and time zone of the provider's own contact.
        partner = self.company_id.sudo().partner_id
        return self.with_context(lang=partner.lang or self.env.lang, tz=partner.tz or self.env.user.tz or "UTC")

    @api.model
    def _template_of_today(self):
        return f"{self._module_version()}/{TEMPLATE_VERSION}"

    @api.model
    @tools.ormcache()
    def _module_version(self):
        # sudo: the version of this module is no secret.
        return self.env.ref("base.module_justiq").sudo().installed_version

    def _print_pdf(self):
        return self.env["ir.actions.report"]._render_qweb_pdf("justiq.action_report_funder_report", self.ids)[0]

    def _print_xlsx(self):
        return self.env["ir.actions.report"]._render_xlsx("justiq.action_report_funder_report_xlsx", self.ids, {})[0]

    def _figures_with_records(self):
        """The figures of today, each with the records behind it and what they contribute: {id: values}."""
        sections, known = self._figures(), {}

        def read(drill):
            key = figures.canonical([drill["model"], drill["domain"], drill["field"]])
            if key not in known:
                known[key] = self._contributions(drill)
            return known[key]

        for _path, _section, table in figures.tables(sections):
            for row in table["rows"]:
                drill = row.get("drill")
                if "records" not in row and drill and drill.get("field"):
                    row["records"] = read(drill)
                others = {key: one for key, one in (row.get("drills") or {}).items() if one and "part" not in one}
                if others:
                    row["drill_records"] = {
                        key: [None if "part" in each else read(each) for each in one]
                        if isinstance(one, list)
                        else read(one)
                        for key, one in others.items()
                    }
        return sections

    def _figures_of_today(self):
        """As `_comparable_figures`, of today."""
        self.ensure_one()
        self.check_access("read")
        report = self._in_provider_language()
        return [section for section in report._figures_with_records() if self._may_read_section(section)]

    def _comparable_figures(self):
        """The sections that the user may read, with the records behind the rows, in the provider's language."""
        self.ensure_one()
        if not self.frozen_at:
            return self._figures_of_today()
        self.check_access("read")
        # sudo: what was frozen is read here and in `_readable_figures` alone.
        return [section for section in self.sudo().frozen_figures if self._may_read_section(section)]

    @api.model
    def _contributions(self, drill):
        # sudo: ids and amounts of what the figure, which the report shows, is made of.
        model = self.env[drill["model"]].sudo().with_context(active_test=False)
        names = drill["field"] if isinstance(drill["field"], list) else [drill["field"]]
        domain = [tuple(part) if isinstance(part, list) else part for part in drill["domain"]]
        return {
            str(record.id): [self._contribution(record, name) for name in names]
            for record in model.search_fetch(domain, names, order="id")
        }

    @api.model
    def _contribution(self, record, name):
        field, value = record._fields[name], record[name]
        if field.type == "monetary":
            return figures.amount(value)
        if field.relational:
            return value.ids
        return value if isinstance(value, (bool, int, str)) else str(value)
