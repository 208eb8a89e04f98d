from odoo import models
from odoo.tools import format_date


class StaffReport(models.AbstractModel):
    """The professionals of a grant in one funding year: training, competences, hours by Baustein (S25-S28).

    Printed by team lead, coordination and auditor. It names professionals and their
    certificates, and sums of hours; of the young people nothing.
    """

    _name = "report.justiq.report_staff"
    _inherit = ["justiq.report.mixin"]
    _description = "Professionals in the Funding Year"

    _printed_model = "justiq.funding.year"

    def _contents(self, years):
        return {year.id: self._content(year) for year in years}

    def _content(self, year):
        # sudo: who works in the grant of this year, which the user may read, and with which certificates.
        grant = year.sudo().grant_id
        hours = self.env["justiq.staff.hours"]._sum_up(grant, year.date_start, year.date_end)
        bausteine = grant.baustein_ids.sorted("number")
        professionals = self._professionals(grant, year.date_start, year.date_end)
        professionals |= professionals.browse(employee for employee, _baustein in hours)
        total = sum(hours.values())
        return {
            "title": self.env._("Professionals: training, competences, hours"),
            "period": self._period(year.date_start, year.date_end),
            "bausteine": bausteine.mapped("code"),
            "professionals": [
                self._row(professional, bausteine, hours, total, year) for professional in professionals.sorted("name")
            ],
            "total": {
                "hours": [sum(value for key, value in hours.items() if key[1] == one.id) for one in bausteine],
                "sum": total,
            },
            "findings": self._certificate_findings(year.grant_id),
        }

    def _row(self, professional, bausteine, hours, total, year):
        by_baustein = [hours.get((professional.id, baustein.id), 0.0) for baustein in bausteine]
        return {
            "name": professional.name,
            "job": professional.job_title,
            "certificates": self._certificates(professional, year),
            "hours": by_baustein,
            "sum": sum(by_baustein),
            "share": 100 * sum(by_baustein) / total if total else 0.0,
        }

    def _professionals(self, grant, start, end):
        """Key workers of individual help and leads of micro-projects within the period."""
        within = [("grant_id", "=", grant.id), "|", ("date_end", "=", False), ("date_end", ">=", start)]
        # sudo: who worked in the printed grant; the caller prints name, job and certificates.
        result = self.env["hr.employee"].sudo()
        for model, field, domain in (
            ("justiq.participation", "key_worker_id", [("baustein_kind", "=", "individual")]),
            ("justiq.micro.project", "lead_id", [("state", "in", ("approved", "running", "done"))]),
        ):
            domain = [*within, ("date_start", "<=", end), (field, "!=", False), *domain]
            # sudo: as above
            for (professional,) in self.env[model].sudo()._read_group(domain, [field]):
                result |= professional
        return result

    def _certificates(self, professional, year):
        """What the professional could show in the period, as the rules of the programme ask for it."""
        # sudo: kinds of certificates, which are no secret.
        types = year.sudo().grant_id.programme_id.requirement_ids.skill_type_ids
        held = professional.employee_skill_ids.filtered(
            lambda one: (
                one.skill_type_id in types
                and (not one.valid_from or one.valid_from <= year.date_end)
                and (not one.valid_to or one.valid_to >= year.date_start)
            )
        )
        return [
            {
                "kind": certificate.skill_type_id.name,
                "name": certificate.skill_id.name,
                "validity": self._period(certificate.valid_from, certificate.valid_to)
                if certificate.valid_to
                else self.env._("since %s", format_date(self.env, certificate.valid_from)),
            }
            for certificate in held.sorted(lambda one: (one.skill_type_id.sequence, one.skill_id.sequence, one.id))
        ]

    def _certificate_findings(self, grant):
        """Findings on certificates in the grant, as the user; one line where many say the same."""
        findings = self.env["justiq.finding"].search(
            [
                ("grant_id", "=", grant.id),
                ("requirement_id.check", "in", ("certificate", "preferred_certificate")),
                ("state", "in", ("open", "justified")),
            ]
        )
        rows = {}
        for model, of_model in findings.grouped("res_model").items():
            records = self.env[model].browse(sorted(set(of_model.mapped("res_id"))))
            for found in self._findings(records).values():
                rows.update({(row["code"], row["message"], row["justification"]): row for row in found})
        codes = set(findings.requirement_id.mapped("code"))
        return [row for row in rows.values() if row["code"] in codes]
