from collections import Counter

from odoo import api, fields, models
from odoo.tools import format_date, formatLang

from ..tools.person_figures import LEFT_OUT

MAIN_ITEMS = 3
GOOD_EXITS = ("school", "pre_vocational", "training", "work", "higher_education", "voluntary_service")
# What a proposal tells of; when it changes, so do the proposals that nobody has rewritten.
TOLD = {"grant_id", "funding_year_id", "date_start", "date_end", "is_for_outside"}


class FunderReport(models.Model):
    """Sentences to start the narrative report from: what the figures of each section say.

    They come with the report and can be fetched again at any time. A text that somebody has written or changed stays; a
    proposal that nobody has touched follows the data. Small numbers of persons are not put into words.
    """

    _inherit = "justiq.funder.report"

    proposed_texts = fields.Json(copy=False, readonly=True, groups=fields.NO_ACCESS, export_string_translation=False)

    @api.model_create_multi
    def create(self, vals_list):
        reports = super().create(vals_list)
        reports.filtered(lambda report: report.kind == "narrative").action_propose_texts()
        return reports

    def write(self, vals):
        result = super().write(vals)
        if TOLD & vals.keys():
            self.filtered(lambda report: report.kind == "narrative").action_propose_texts()
        return result

    def action_propose_texts(self):
        """Propose texts from the data, in the language of the provider; what somebody has written stays."""
        self.check_access("write")
        self._check_not_frozen()
        for report in self:
            proposals = report._in_provider_language()._proposed_texts()
            # sudo: what was proposed before, only to compare with the texts that the user writes.
            before = report.sudo().proposed_texts or {}
            report.write(
                {
                    name: text or False
                    for name, text in proposals.items()
                    if (report[name] or "") in ("", before.get(name)) and (report[name] or "") != text
                }
            )
            # sudo: kept by the server.
            report.sudo().proposed_texts = proposals
        return True

    def _proposed_texts(self):
        """Proposal by name of the text, empty where the data say nothing."""
        # sudo: totals, as in the figures of the report.
        report = self.sudo()
        tables = {table["key"]: table for section in report._figures() for table in section["tables"]}
        rows = {
            (table["key"], row["key"]): {**row["cells"], "style": row.get("style")}
            for table in tables.values()
            for row in table["rows"]
        }
        sentences = {
            "text_project": report._project_sentences(),
            "text_results": report._result_sentences(rows, tables),
            "text_target_group": report._outcome_sentences(rows),
            "text_bausteine": report._work_sentences(rows, tables),
            "text_micro_projects": report._micro_project_sentences(rows, tables),
            "text_staff": report._staff_sentences(),
            "text_cooperation": report._cooperation_sentences(rows, tables),
            "text_necessity": report._money_sentences(rows, tables),
            "text_deviations": report._deviation_sentences(tables),
            "text_publicity": report._publicity_sentences(tables),
            "text_aims": report._aim_sentences(rows),
            "text_outlook": report._outlook_sentences(rows),
        }
        return {name: " ".join(filter(None, found)) for name, found in sentences.items()}

    # ------------------------------------------------------------
    # Pieces
    # ------------------------------------------------------------

    def _small_number(self):
        return self.grant_id.programme_id.small_number

    def _is_small(self, number):
        return number == LEFT_OUT or number < self._small_number()

    @api.model
    def _ordinary(self, tables, key):
        """Rows of a table without its sums."""
        return [row for row in tables[key]["rows"] if not row.get("style")] if key in tables else []

    @api.model
    def _decimal(self, number, digits=1):
        return formatLang(self.env, float(number), digits=digits)

    def _amount(self, number):
        return formatLang(self.env, float(number), currency_obj=self.currency_id)

    @api.model
    def _listed(self, parts):
        return "; ".join(parts)

    # ------------------------------------------------------------
    # Sections
    # ------------------------------------------------------------

    def _project_sentences(self):
        grant = self.grant_id
        return [
            self.env._(
                "%(provider)s carries out the project “%(grant)s” in the programme %(programme)s, in the Quartiere: "
                "%(quartiere)s.",
                provider=grant.company_id.name,
                grant=grant.name,
                programme=grant.programme_id.name,
                quartiere=", ".join(grant.quartier_ids.mapped("name")) or "–",
            ),
            self.env._(
                "It lasts from %(start)s to %(end)s and consists of: %(bausteine)s.",
                start=format_date(self.env, grant.date_start),
                end=format_date(self.env, grant.date_end),
                bausteine=", ".join(grant.baustein_ids.sorted("number").mapped("name")) or "–",
            ),
        ]

    def _result_sentences(self, rows, tables):
        if ("persons", "present") not in rows:  # a public report of a later period
            return []
        present, target = rows["persons", "present"]["total"], rows["target", "target"]
        if self._is_small(present) or self._is_small(target["reached"]):
            return []
        sentences = [
            self.env._(
                "In the period, %(present)s young people were supported. Until its end, %(reached)s persons count for "
                "the funder.",
                present=present,
                reached=target["reached"],
            )
        ]
        if target["percent"]:
            sentences.append(
                self.env._(
                    "With a target of %(target)s persons, %(percent)s %% of it are reached.",
                    target=target["target"],
                    percent=self._decimal(target["percent"]),
                )
            )
        planned = [
            row["cells"]
            for row in self._ordinary(tables, "target")
            if row["key"] != "target" and row["cells"]["target"] and not self._is_small(row["cells"]["reached"])
        ]
        if planned:
            numbers = [
                self.env._(
                    "%(baustein)s %(reached)s of %(target)s",
                    baustein=cells["label"],
                    reached=cells["reached"],
                    target=cells["target"],
                )
                for cells in planned
            ]
            sentences.append(self.env._("Persons reached of those planned: %s.", self._listed(numbers)))
        return sentences

    def _outcome_sentences(self, rows):
        left = rows["destination", "left_counted"]["total"]
        good = [rows.get(("destination", f"exit_destination_{name}"), {}).get("total", 0) for name in GOOD_EXITS]
        if self._is_small(left) or LEFT_OUT in good or self._is_small(sum(good)):
            return []
        sentences = [
            self.env._(
                "Of %(left)s persons who left, %(good)s went on to school, training, work or the like.",
                left=left,
                good=sum(good),
            )
        ]
        improved = rows.get(("improved", "exit_improved_yes"), {}).get("total", 0)
        if not self._is_small(improved):
            sentences.append(self.env._("The situation of %s of them has improved.", improved))
        return sentences

    def _work_sentences(self, rows, tables):
        total = rows["intensity", "total"]
        if self._is_small(total["contacts"]) and self.is_for_outside:
            return []
        by_baustein = [
            self.env._(
                "%(baustein)s %(hours)s", baustein=row["cells"]["label"], hours=self._decimal(row["cells"]["hours"])
            )
            for row in self._ordinary(tables, "intensity")
            if row["cells"]["contacts"]
        ]
        return [
            self.env._(
                "In the period, the professionals supported young people in %(contacts)s contacts and sessions, with "
                "%(hours)s contact hours.",
                contacts=total["contacts"],
                hours=self._decimal(total["hours"]),
            ),
            by_baustein and self.env._("Contact hours by Baustein: %s.", self._listed(by_baustein)),
        ]

    def _micro_project_sentences(self, rows, tables):
        names = [row["cells"]["name"] for row in self._ordinary(tables, "projects")]
        if not names:
            return []
        minimum = rows["minimum", "minimum"]
        return [
            self.env._("Micro-projects in the period: %s.", ", ".join(names)),
            self.env._(
                "%(counted)s micro-projects were carried out so far, of %(required)s that are required in the whole "
                "funding period.",
                counted=minimum["counted"],
                required=minimum["required"],
            ),
        ]

    def _staff_sentences(self):
        figures = self.env["justiq.figures.narrative"]
        professionals = figures._all_professionals(self)
        if not professionals:
            return []
        held = self._certified()
        others = sorted(set(figures._projects(self).staff_ids.mapped("role")))
        return [
            self.env._(
                "%(number)s professionals worked with young people, in %(hours)s contact hours.",
                number=len(professionals),
                hours=self._decimal(sum(figures._staff_hours(self).values())),
            ),
            held
            and self.env._(
                "Training and competences shown by certificates: %s.",
                self._listed(f"{kind} {number}" for kind, number in held.items()),
            ),
            self.env._("Each young person has a fixed contact person; a change has its day and its reason."),
            others and self.env._("People of other professions in the micro-projects: %s.", ", ".join(others)),
        ]

    def _certified(self):
        """How many professionals have a certificate, by its kind."""
        staff = self.env["report.justiq.report_staff"]
        held = Counter()
        for professional in self.env["justiq.figures.narrative"]._all_professionals(self):
            held.update({certificate["kind"] for certificate in staff._certificates(professional, self)})
        return dict(sorted(held.items()))

    def _cooperation_sentences(self, rows, tables):
        partners = {}
        for row in self._ordinary(tables, "cooperation"):
            partners.setdefault(row["cells"]["kind"], {})[row["cells"]["partner"]] = True
        network = rows.get(("network", "total"))
        return [
            partners
            and self.env._(
                "Agreements with partners: %s.",
                self._listed(f"{kind}: {', '.join(names)}" for kind, names in partners.items()),
            ),
            network
            and self.env._(
                "The professionals were in touch with other services about young people: %(contacts)s network contacts "
                "with %(partners)s organisations, %(released)s of the contacts released by the young people.",
                contacts=network["contacts"],
                partners=network["partners"],
                released=network["released"],
            ),
        ]

    def _money_sentences(self, rows, tables):
        items = [row["cells"] for row in self._ordinary(tables, "main_items") if float(row["cells"]["actual"])]
        if not items:
            return []
        total = sum(float(cells["actual"]) for cells in items)
        largest = [
            self.env._(
                "%(name)s %(amount)s (%(percent)s %%)",
                name=cells["name"],
                amount=self._amount(cells["actual"]),
                percent=self._decimal(100 * float(cells["actual"]) / total),
            )
            for cells in items[:MAIN_ITEMS]
        ]
        return [
            self.env._("In the period, %s were spent.", self._amount(total)),
            self.env._("The main items are: %s.", self._listed(largest)),
            self._deviation_of_money(rows, tables),
        ]

    def _deviation_of_money(self, rows, tables):
        """Where spending deviates most from the plan; the plan is one of whole funding years."""
        if self._plan_remark():
            return ""
        items = [row["cells"] for row in self._ordinary(tables, "main_items") if float(row["cells"]["deviation"])]
        if not items:
            return ""
        most = max(items, key=lambda cells: abs(float(cells["deviation"])))
        names = {
            "name": most["name"],
            "amount": self._amount(abs(float(most["deviation"]))),
            "planned": self._amount(most["planned"]),
        }
        if float(most["deviation"]) < 0:
            return self.env._(
                "The largest deviation from the plan: %(name)s, %(amount)s less than the planned %(planned)s.", **names
            )
        return self.env._(
            "The largest deviation from the plan: %(name)s, %(amount)s more than the planned %(planned)s.", **names
        )

    def _deviation_sentences(self, tables):
        # No number: findings come and go until the report is frozen.
        if self._ordinary(tables, "findings") or self._ordinary(tables, "finding_numbers"):
            return [
                self.env._("The table names the deviations from the rules of the programme, with their reasons.")
                if not self.is_for_outside
                else self.env._("The table tells how many deviations from which rules of the programme there were.")
            ]
        return [self.env._("There were no deviations from the rules of the programme.")]

    def _publicity_sentences(self, tables):
        measures = self.env["justiq.figures.narrative"]._publicity(self)
        return [
            self.grant_id.programme_id._funding_note_on(self.date_end),
            measures
            and self.env._(
                "%(number)s publicity measures of the period are listed, %(proven)s of them with proof.",
                number=len(measures),
                proven=len(measures.filtered("has_proof")),
            ),
        ]

    def _aim_sentences(self, rows):
        counted = dict(rows.get(("counted", "counted"), {}))
        total = counted.pop("total", 0)
        women, men = counted.get("female", 0), counted.get("male", 0)
        if any(self._is_small(number) for number in (total, women, men)) or LEFT_OUT in counted.values():
            return []
        others = total - women - men
        if 0 < others < self._small_number():
            return []
        return [
            self.env._(
                "Of %(total)s persons who entered in the period and count, %(women)s %% are female and %(men)s %% "
                "male.",
                total=total,
                women=self._decimal(100 * women / total),
                men=self._decimal(100 * men / total),
            ),
            self._equal_access_sentence(),
        ]

    def _equal_access_sentence(self):
        """How many professionals are trained for it (S26, S27)."""
        if self.is_for_outside:  # of so few professionals, numbers are names
            return ""
        rules = self.grant_id.programme_id.requirement_ids.filtered(lambda rule: rule.code in ("S26", "S27"))
        kinds, held = set(rules.skill_type_ids.mapped("name")), self._certified()
        trained = [f"{kind} {number}" for kind, number in held.items() if kind in kinds]
        return trained and self.env._("Professionals with certificates of: %s.", self._listed(trained))

    def _outlook_sentences(self, rows):
        present, left = (rows.get(("persons", key), {}).get("total", LEFT_OUT) for key in ("present", "left"))
        going_on = [row.name for row in self.env["justiq.figures.narrative"]._going_on(self)]
        sentences = []
        if LEFT_OUT not in (present, left) and not self._is_small(present - left):
            sentences.append(
                self.env._("%s young people are still supported at the end of the period.", present - left)
            )
        if going_on:
            sentences.append(self.env._("Micro-projects that go on or are planned: %s.", ", ".join(going_on)))
        if self.date_end < self.grant_id.date_end:
            sentences.append(self.env._("The grant lasts until %s.", format_date(self.env, self.grant_id.date_end)))
        return sentences
