from collections import Counter, defaultdict

from odoo import api, fields, models
from odoo.fields import Domain

from .case_contact import ROLES
from .case_file_requirements import PERSONS


class NetworkFigures(models.AbstractModel):
    """With whom the professionals worked together and what made the funding known: sections 7 and 10 of the report.

    Network contacts (S34) are those of the contact log, by the kind of organisation. What kind it is, the case files
    say that name it as an institution around the young person. An organisation is named where it was spoken to about
    enough young people, so that nobody can be told from it.
    """

    _name = "justiq.figures.network"
    _inherit = ["justiq.figures.mixin"]
    _description = "Figures on Network and Publicity"

    # ------------------------------------------------------------
    # Network contacts
    # ------------------------------------------------------------

    @api.model
    def _network_domain(self, report):
        """Network contacts of the period about young people in the grant, each by its latest version."""
        start, end = map(fields.Date.to_string, (report.date_start, report.date_end))
        return (
            Domain("kind", "=", "network")
            & Domain("is_amended", "=", False)
            & Domain("date", ">=", start)
            & Domain("date", "<=", end)
            & Domain("case_file_id.enrolment_ids.grant_id", "=", report.grant_id.id)
            & (Domain("participation_id", "=", False) | Domain("participation_id.grant_id", "=", report.grant_id.id))
        )

    @api.model
    def _network_contacts(self, report):
        """Number of contacts, and of those that were released, by organisation."""
        # sudo: numbers by organisation, nothing of a single entry.
        notes = self.env["justiq.case.note"].sudo()
        numbers = defaultdict(Counter)
        for partner, is_released, number in notes._read_group(
            self._network_domain(report), ["partner_id", "is_released"], ["__count"]
        ):
            numbers[partner]["contacts"] += number
            numbers[partner]["released"] += number if is_released else 0
        return numbers

    @api.model
    def _network_names(self, report):
        """Organisations that were spoken to about enough young people to be named."""
        if report.is_for_outside:
            return self.env["res.partner"]
        # sudo: only which organisations there are.
        notes = self.env["justiq.case.note"].sudo()
        groups = notes._read_group(self._network_domain(report), ["partner_id"], ["case_file_id:count_distinct"])
        limit = report.grant_id.programme_id.small_number
        return self.env["res.partner"].union(*(partner for partner, files in groups if files >= limit))

    @api.model
    def _network_kinds(self, partners):
        """Kind of each organisation, as most case files have it."""
        # sudo: kinds of organisations, whoever has entered them; nothing of a file.
        contacts = self.env["justiq.case.contact"].sudo().with_context(active_test=False)
        counts = defaultdict(Counter)
        for partner, role, number in contacts._read_group(
            [("partner_id", "in", partners.ids), ("role", "not in", PERSONS)], ["partner_id", "role"], ["__count"]
        ):
            counts[partner][role] += number
        order = [role for role, _label in ROLES]
        return {
            partner: min(found, key=lambda role: (-found[role], order.index(role)))
            if (found := counts[partner])
            else "other"
            for partner in partners
        }

    @api.model
    def _network_table(self, report):
        contacts = self._network_contacts(report)
        partners = self.env["res.partner"].union(*contacts)
        by_kind = defaultdict(self.env["res.partner"].browse)
        for partner, kind in self._network_kinds(partners).items():
            by_kind[kind] |= partner
        named = self._network_names(report)
        labels = self._labels("justiq.case.contact", "role") | {"other": self.env._("Other organisations")}
        rows = [
            self._network_row(report, f"network_{kind}", label, by_kind[kind], contacts, named)
            for kind, label in labels.items()
            if by_kind[kind]
        ]
        if rows:
            rows.append(
                self._network_row(report, "total", self.env._("Total"), partners, contacts, partners.browse(), "total")
            )
        return self._make_table(
            "network",
            self.env._("Network contacts about young people"),
            [
                self._make_column("label", self.env._("Kind of organisation"), "text", width=9),
                self._make_column("contacts", self.env._("Contacts"), width=4),
                self._make_column("released", self.env._("of them released"), width=5),
                self._make_column("partners", self.env._("Organisations"), width=6),
                self._make_column("names", self.env._("Which"), "text", width=14),
            ],
            rows,
            remark=self.env._(
                "From the contact log. Released: the young person has agreed to the exchange. An organisation is named "
                "where it was spoken to about several young people."
            )
            if rows
            else "",
        )

    @api.model
    def _network_row(self, report, key, label, partners, contacts, named, style=""):
        domain = self._network_domain(report)
        if not style:
            domain &= Domain("partner_id", "in", partners.ids)
        # Of people in an organisation, the organisation only.
        organisations = partners.commercial_partner_id
        return self._make_row(
            key,
            {
                "label": label,
                "contacts": sum(contacts[partner]["contacts"] for partner in partners),
                "released": sum(contacts[partner]["released"] for partner in partners),
                "partners": len(organisations),
                "names": ", ".join(sorted((partners & named).commercial_partner_id.mapped("name"))),
            },
            style,
            None if report.is_for_outside else self._drill("justiq.case.note", domain, "is_released"),
            parts={"released": [("is_released", "=", True)]},
        )

    # ------------------------------------------------------------
    # Publicity
    # ------------------------------------------------------------

    @api.model
    def _publicity(self, report):
        # sudo: the measures of the grant, which its report lists.
        measures = self.env["justiq.publicity"].sudo()
        return measures.search(
            [
                ("grant_id", "=", report.grant_id.id),
                ("date", ">=", report.date_start),
                ("date", "<=", report.date_end),
            ],
            order="date, id",
        )

    @api.model
    def _publicity_table(self, report):
        kinds = self._labels("justiq.publicity", "kind")
        measures = self._publicity(report)
        return self._make_table(
            "publicity",
            self.env._("Publicity measures of the period, with their proof"),
            [
                self._make_column("name", self.env._("Measure"), "text", width=10),
                self._make_column("date", self.env._("Day"), "date", width=4),
                self._make_column("kind", self.env._("Kind"), "text", width=6),
                self._make_column("description", self.env._("Description"), "text", width=12),
                self._make_column("proof", self.env._("Proof"), "text", width=14),
            ],
            [
                self._make_row(
                    f"publicity_{one.id}",
                    {
                        "name": one.name,
                        "date": fields.Date.to_string(one.date),
                        "kind": kinds[one.kind],
                        "description": one.description or "",
                        "proof": one._proof_text(),
                    },
                    drill=self._drill(
                        "justiq.publicity", [("id", "=", one.id)], ["date", "kind", "name", "link", "proof_sha256"]
                    ),
                )
                for one in measures
            ],
            wordy=True,
            remark="" if measures else self.env._("No measure with a day in the period is entered."),
        )
