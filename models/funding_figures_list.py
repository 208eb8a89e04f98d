from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain

from .funding_figures_mixin import TEAM


class ListFigures(models.AbstractModel):
    """The participants under their reference, for the roles that read enrolments so: names are in the files only."""

    _name = "justiq.figures.list"
    _inherit = ["justiq.figures.mixin"]
    _description = "List of Participants"

    @api.model
    def _section_list(self, report):
        """Who counts, under the reference, with the completeness of the data; only whose data may be passed on."""
        title = self.env._("Participants under their reference")
        return {
            "key": "list",
            "title": title,
            "text": None,
            "groups": TEAM,
            "tables": [
                self._make_table(
                    "list",
                    title,
                    self._list_columns(report),
                    self._list_rows(report),
                    remark=self.env._(
                        "Persons who count and whose data may be passed on today. Valid: entry data complete, "
                        "%(basis)s, and the exit data complete where somebody has left. Names are in the case "
                        "files only.",
                        basis=self._legal_basis_words(report),
                    ),
                )
            ],
        }

    @api.model
    def _list_columns(self, report):
        return [
            self._make_column("reference", self.env._("Reference"), "text", width=12, whole=True),
            self._make_column("bausteine", self.env._("Bausteine"), "text", width=8),
            self._make_column("project", self.env._("Micro-project"), "text", width=14),
            self._make_column("entry", self.env._("Entry"), "date", width=9),
            self._make_column("exit", self.env._("Exit"), "date", width=9),
            self._make_column("legal_basis", self._legal_basis_label(report), "date", width=9),
            self._make_column("validity", self.env._("Validity of the file"), "text", width=11),
            self._make_column("entry_data", self.env._("Data on entry %"), width=6, sum="entry_completeness"),
            self._make_column("exit_data", self.env._("Data on exit %"), width=6, sum="exit_completeness"),
        ]

    @api.model
    def _list_rows(self, report):
        # sudo: a section of its own for the roles that read enrolments under the reference.
        enrolments = self.env["justiq.enrolment"].sudo()
        within = Domain("date_entry", "<=", report.date_end) & (
            Domain("date_exit", "=", False) | Domain("date_exit", ">=", report.date_start)
        )
        may_be_passed_on = enrolments._exportable_domain(fields.Date.context_today(self))
        listed = enrolments.search(
            Domain("grant_id", "=", report.grant_id.id) & within & may_be_passed_on, order="reference, id"
        )
        codes, projects = self._list_of_participations(report, listed)
        return [
            self._make_row(
                f"enrolment_{enrolment.id}",
                {
                    "reference": enrolment.reference,
                    "bausteine": ", ".join(codes[enrolment.id]),
                    "project": ", ".join(projects[enrolment.id]),
                    "entry": fields.Date.to_string(enrolment.date_entry),
                    "exit": fields.Date.to_string(enrolment.date_exit) or None,
                    "legal_basis": fields.Date.to_string(enrolment.legal_basis_date) or None,
                    "entry_data": enrolment.entry_completeness,
                    "exit_data": enrolment.exit_completeness if enrolment.date_exit else None,
                    "validity": self._validity_text(enrolment),
                },
                drill=self._drill(
                    "justiq.enrolment",
                    [("id", "=", enrolment.id)],
                    ["date_entry", "date_exit", "legal_basis_date", "entry_completeness", "exit_completeness"],
                ),
            )
            for enrolment in listed
        ]

    @api.model
    def _list_of_participations(self, report, enrolments):
        """Codes of the Bausteine and names of the micro-projects by enrolment, of the participations in the period."""
        # sudo: as for the enrolments; names of micro-projects, which the report lists.
        participations = self.env["justiq.participation"].sudo()
        domain = (
            Domain("enrolment_id", "in", enrolments.ids)
            & Domain("date_start", "<=", report.date_end)
            & (Domain("date_end", "=", False) | Domain("date_end", ">=", report.date_start))
        )
        codes, projects = defaultdict(dict), defaultdict(dict)
        for enrolment, baustein, project in participations._read_group(
            domain, ["enrolment_id", "baustein_id", "micro_project_id"], order="baustein_id, micro_project_id"
        ):
            codes[enrolment.id][baustein.code] = True
            if project:
                projects[enrolment.id][project.name] = True
        return codes, projects

    @api.model
    def _validity_text(self, enrolment):
        label = self._labels("justiq.enrolment", "validity")[enrolment.validity]
        if enrolment.validity == "exit_missing":
            return self.env._("%(state)s, due by %(day)s", state=label, day=self._date(enrolment.exit_due_date))
        return label

    @api.model
    def _rests_on_consent(self, report):
        return report.grant_id.programme_id.legal_basis == "consent"

    @api.model
    def _legal_basis_label(self, report):
        return self.env._("Consent of") if self._rests_on_consent(report) else self.env._("Informed on")

    @api.model
    def _legal_basis_words(self, report):
        if self._rests_on_consent(report):
            return self.env._("consent on the day of entry")
        return self.env._("informed on the day of entry")
