from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date, format_time
from odoo.tools.image import image_data_uri


class ReportMixin(models.AbstractModel):
    """What all printed reports share: who may print, language, head and foot.

    Whoever is in one of the groups of the report action and may read each of the
    printed records may print them. Odoo itself asks for these groups in the
    print menu only, not where a report is called by its address.

    A report model turns every record into a sheet: a dictionary of plain values,
    in the language and time zone of the provider, of which the templates read
    nothing but what stands in it.
    """

    _name = "justiq.report.mixin"
    _description = "Printed Report"

    _printed_model = None

    @api.model
    def _get_report_values(self, docids, data=None):
        docs = self.env[self._printed_model].browse(docids)
        self._check_printable(docs)
        sheets = {}
        # sudo: head and foot name the provider, whoever may read companies.
        for company, records in docs.sudo().grouped("company_id").items():
            context = {
                "lang": company.partner_id.lang or self.env.lang,
                "tz": company.partner_id.tz or self.env.user.tz or "UTC",
            }
            report = self.with_context(**context)
            sheets |= report._sheets(records.sudo(False).with_context(**context))
        return {
            "doc_ids": docs.ids,
            "doc_model": docs._name,
            "docs": docs,
            "sheets": [sheets[doc.id] for doc in docs],
        }

    def _check_printable(self, docs):
        """Refuse whoever may not print the records.

        :raises AccessError: where the role does not print this report, or a
            record is not open to the user
        """
        if not docs:
            raise UserError(self.env._("Choose at least one record to print."))
        name = self._name.removeprefix("report.")
        groups = self.env["ir.actions.report"]._get_report_from_name(name).group_ids
        if not self.env.su and not groups & self.env.user.all_group_ids:
            raise AccessError(self.env._("This report is reserved for other roles. Please ask them."))
        docs.check_access("read")

    # ------------------------------------------------------------
    # Sheets
    # ------------------------------------------------------------

    def _sheets(self, records):
        """The sheet of each record, by its id."""
        contents = self._contents(records)
        # sudo: of grant and programme only what head and foot print.
        grants = {record.id: record.sudo().grant_id for record in records}
        days = {record.id: self._day_of(record, grants[record.id]) for record in records}
        layouts = {of: self._layout(*of) for of in {(grants[record.id], days[record.id]) for record in records}}
        return {
            record.id: {
                "model": record._name,
                "id": record.id,
                "lang": self.env.lang,
                **layouts[grants[record.id], days[record.id]],
                **contents[record.id],
            }
            for record in records
        }

    def _contents(self, records):
        """What a report prints about each record beside head and foot, by its id; each report has its own."""
        return dict.fromkeys(records.ids, {})

    def _day_of(self, record, grant):
        """The last day of the time that the sheet is about; of what has no end, today or the end of the grant."""
        field = record._fields.get("date_end")
        own = field and field.type == "date" and record.date_end
        return own or min(filter(None, (fields.Date.context_today(self), grant.date_end)))

    def _layout(self, grant, day=None):
        """Head and foot of the sheets of a grant, about a time that ends on the day."""
        company, programme = grant.company_id, grant.programme_id
        day = day or fields.Date.context_today(self)
        return {
            "company": company.name,
            "logo": self._image(not company.uses_default_logo and company.partner_id.image_512),
            "money": {"widget": "monetary", "display_currency": company.currency_id},
            "grant": grant.name,
            "reference": grant.reference,
            "programme": programme.name,
            "funders": [
                {"name": funder.name, "logo": self._image(funder.logo)}
                for funder in programme.funder_ids._named_on(day)
            ],
            "funding_note": programme._funding_note_on(day),
            "printed_on": format_date(self.env, fields.Date.context_today(self)),
        }

    def _provider_head(self, record):
        """Head and foot of the sheet of a record that belongs to no grant: of the provider alone."""
        # sudo: name and logo of the provider.
        company = record.sudo().company_id
        return {
            **self._layout(self.env["justiq.grant"]),
            "model": record._name,
            "id": record.id,
            "lang": self.env.lang,
            "company": company.name,
            "logo": self._image(not company.uses_default_logo and company.partner_id.image_512),
        }

    def _image(self, content):
        return image_data_uri(content) if content else False

    # ------------------------------------------------------------
    # Pieces that several reports use
    # ------------------------------------------------------------

    def _facts(self, record, names):
        """Label and value of fields, as the form shows them."""
        return [
            {
                "label": record._fields[name]._description_string(self.env),
                "text": self._text(record, name),
            }
            for name in names
        ]

    def _text(self, record, name):
        field, value = record._fields[name], record[name]
        if field.relational:
            # sudo: the name of what the record, which the user may read, refers to.
            return "\n".join(value.sudo().mapped("display_name"))
        if field.type == "selection":
            return self._label(record, name)
        if field.type == "date":
            return format_date(self.env, value)
        return value or ""

    def _label(self, record, name):
        """Label of a selection's value."""
        return dict(record._fields[name]._description_selection(self.env)).get(record[name])

    def _period(self, start, end):
        return self.env._(
            "%(start)s to %(end)s",
            start=format_date(self.env, start) or "…",
            end=format_date(self.env, end) or "…",
        )

    def _findings(self, records):
        """Open and justified findings about the records, by the record's id."""
        findings = self.env["justiq.finding"].search(
            [
                ("res_model", "=", records._name),
                ("res_id", "in", records.ids),
                ("state", "in", ("open", "justified")),
            ]
        )
        rows = {record.id: [] for record in records}
        for finding in findings.sorted(lambda one: (one.requirement_id.sequence, one.id)):
            rows[finding.res_id].append(
                {
                    "code": finding.requirement_id.code,
                    "rule": finding.requirement_id.name,
                    "message": finding.message,
                    "state": finding.state,
                    "is_justifiable": finding.is_justifiable,
                    "justification": finding.justification,
                    # sudo: who has signed the justification is part of it.
                    "author": finding.sudo().justified_by_id.name,
                    "date": format_date(self.env, self._local_date(finding.justified_at)),
                }
            )
        return rows

    def _time(self, moment):
        """Clock time of a moment where the provider is."""
        zone = self.env.context["tz"]
        return format_time(self.env, moment, tz=zone, time_format="short")

    def _local_date(self, moment):
        """Day of a moment where the provider is."""
        return moment and fields.Datetime.context_timestamp(self, moment).date()
