from odoo import fields, models
from odoo.exceptions import ValidationError
from odoo.tools import LazyTranslate, float_compare, formatLang

from ..tools import period
from .micro_project import BOUND, PLANNING
from .programme_checked_mixin import Deviation, requirement_check

_lt = LazyTranslate(__name__)


class MicroProject(models.Model):
    """What the guideline asks of a micro-project (S2-S17, S23, S24).

    Rules that refuse bind from the approval on; findings show from the
    planning on, so that they can be justified before the approval.
    """

    _inherit = "justiq.micro.project"

    missing_for_approval = fields.Text(
        compute="_compute_missing_for_approval",
        help="What the rules of the guideline still ask for.",
    )

    def _compute_missing_for_approval(self):
        """List what would be refused at the next approval, before anybody asks."""
        for project in self:
            project.missing_for_approval = (
                "\n".join(project._steps_to_approval()) if project.state in ("idea", "planned") else False
            )

    def _steps_to_approval(self):
        # The form says already which micro-project this is.
        steps = [text.replace(f"{self.name}: ", "") for text in self._missing_for_approval()]
        if self.open_finding_count:
            steps.append(self.env._("Open findings to be justified: %s", self.open_finding_count))
        return steps

    def _approve_or_justify(self, state):
        missing = self._missing_for_approval() if state == "approved" else None
        if missing:
            # Nobody shall write justifications for a step that is refused anyway.
            raise ValidationError("\n\n".join(missing))
        return super()._approve_or_justify(state)

    def _missing_for_approval(self):
        # sudo: reads the rules and the project itself, which the user sees anyway.
        project = self.sudo()._origin
        checks = self._requirement_checks()
        rules = project.grant_id.programme_id.requirement_ids.filtered(
            lambda rule: rule.enforcement == "block" and rule.check in checks
        )
        as_approved = project.new({"state": "approved"}, origin=project)
        missing = as_approved._blocking_deviations(rules) if project else []
        # The next draft of the same record would find these values in the cache.
        as_approved.invalidate_recordset(flush=False)
        return missing

    def _months(self):
        self.ensure_one()
        if not (self.date_start and self.date_end):
            return 0
        return period.months_between(self.date_start, self.date_end)

    def _lacking(self, condition, message):
        """Deviations of the projects that meet the condition."""
        return {project: Deviation(f"{project.name}: {message}") for project in self if condition(project)}

    @requirement_check(
        _lt("Micro-project: purpose chosen"),
        fields=["state", "grant_id", "purpose_ids"],
        states=BOUND,
    )
    def _requirement_purpose(self, rule):
        """S2, S3."""
        return self._lacking(
            lambda project: not project.purpose_ids,
            self.env._("No purpose is chosen. Choose at least one under “Purposes”."),
        )

    @requirement_check(
        _lt("Micro-project: number of participants"),
        fields=["state", "grant_id", "planned_participants", "participant_count"],
        states=PLANNING,
    )
    def _requirement_group_size(self, rule):
        """S4: as a rule a group; planned before, actual number once it is done."""
        deviations = {}
        for project in self:
            is_done = project.state == "done"
            found = project.participant_count if is_done else project.planned_participants
            if found >= rule.value_count:
                continue
            message = (
                self.env._(
                    "%(project)s: %(found)s participants took part, a group has at "
                    "least %(limit)s. Enrol all participants, or justify.",
                    project=project.name,
                    found=found,
                    limit=rule.value_count,
                )
                if is_done
                else self.env._(
                    "%(project)s: %(found)s participants are planned, a group has at "
                    "least %(limit)s. Correct “Planned participants”, or justify.",
                    project=project.name,
                    found=found,
                    limit=rule.value_count,
                )
            )
            deviations[project] = Deviation(message, found)
        return deviations

    @requirement_check(
        _lt("Micro-project: competence chosen"),
        fields=["state", "grant_id", "competence_ids"],
        states=PLANNING,
    )
    def _requirement_competence(self, rule):
        """S5."""
        return self._lacking(
            lambda project: not project.competence_ids,
            self.env._("No competence is chosen. Choose at least one, or justify."),
        )

    @requirement_check(
        _lt("Micro-project: added value for the Quartier"),
        fields=["state", "grant_id", "value_ids", "planned_value", "achieved_value"],
        states=BOUND,
    )
    def _requirement_quartier_value(self, rule):
        """S7: planned value before the approval, achieved value before completion."""
        planned = self._lacking(
            lambda project: not project.value_ids or not (project.planned_value or "").strip(),
            self.env._(
                "The planned added value for the Quartier is missing. Choose its kind "
                "and describe it under “Planned added value”."
            ),
        )
        achieved = self.filtered(lambda project: project.state == "done")._lacking(
            lambda project: not (project.achieved_value or "").strip(),
            self.env._(
                "The achieved added value for the Quartier is missing. Describe it "
                "under “Achieved added value” before you complete the micro-project."
            ),
        )
        return planned | achieved

    @requirement_check(
        _lt("Micro-project: Quartier of the grant"),
        fields=["state", "grant_id", "quartier_id"],
    )
    def _requirement_quartier(self, rule):
        """S10."""
        return {
            project: Deviation(
                self.env._(
                    "%(project)s: the Quartier “%(found)s” is none of the grant's. Choose one of: %(possible)s.",
                    project=project.name,
                    found=project.quartier_id.name or self.env._("(empty)"),
                    possible=project.grant_id.quartier_ids.mapped("name")
                    or self.env._("(add Quartiere to the grant first)"),
                )
            )
            for project in self
            if project.quartier_id not in project.grant_id.quartier_ids or not project.quartier_id
        }

    @requirement_check(
        _lt("Micro-project: young people took part in the planning"),
        fields=[
            "state",
            "grant_id",
            "involvement_who",
            "involvement_when",
            "involvement_how",
        ],
        states=PLANNING,
    )
    def _requirement_youth_involved(self, rule):
        """S12: who, when, how."""
        return self._lacking(
            lambda project: (
                not all(
                    (project[name] or "").strip() for name in ("involvement_who", "involvement_when", "involvement_how")
                )
            ),
            self.env._(
                "It is not stated who of the young people took part in the planning, "
                "when and how. Fill in these three fields, or justify."
            ),
        )

    @requirement_check(
        _lt("Micro-project: responsible professional"),
        fields=["state", "grant_id", "lead_id"],
        states=BOUND,
    )
    def _requirement_lead(self, rule):
        """S14."""
        return self._lacking(
            lambda project: not project.lead_id,
            self.env._("Nobody accompanies the young people. Name the responsible professional."),
        )

    def _not_fundable(self, exclusion, declaration):
        """S15-S17: the kind is excluded, or the declaration is missing."""
        label = self._fields[declaration]._description_string(self.env)
        excluded = {
            project: Deviation(
                self.env._(
                    "%(project)s: measures of the kind “%(kind)s” are not fundable. "
                    "Choose a fundable kind, or pay for it from other money.",
                    project=project.name,
                    kind=project.kind_id.name,
                )
            )
            for project in self
            if project.kind_id.exclusion == exclusion and project.state != "cancelled"
        }
        undeclared = (self - self.browse(project.id for project in excluded)).filtered(
            lambda project: project.state in BOUND
        )
        return excluded | undeclared._lacking(
            lambda project: not project[declaration],
            self.env._("The declaration “%s” is missing. Please tick it.", label),
        )

    @requirement_check(
        _lt("Micro-project: no longer-term qualification"),
        fields=["state", "grant_id", "kind_id", "declares_no_qualification"],
    )
    def _requirement_no_qualification(self, rule):
        """S15."""
        return self._not_fundable("qualification", "declares_no_qualification")

    @requirement_check(
        _lt("Micro-project: no measure under section 13(2) SGB VIII"),
        fields=["state", "grant_id", "kind_id", "declares_no_employment"],
    )
    def _requirement_no_employment(self, rule):
        """S16."""
        return self._not_fundable("employment", "declares_no_employment")

    @requirement_check(
        _lt("Micro-project: no measure under another social code"),
        fields=["state", "grant_id", "kind_id", "declares_no_other_code"],
    )
    def _requirement_no_other_code(self, rule):
        """S17."""
        return self._not_fundable("other_code", "declares_no_other_code")

    @requirement_check(
        _lt("Micro-project: duration in months"),
        fields=["state", "grant_id", "duration_months"],
        states=PLANNING,
    )
    def _requirement_duration(self, rule):
        """S15: a long duration suggests a longer-term qualification."""
        return {
            project: Deviation(
                self.env._(
                    "%(project)s lasts %(found)s months, more than %(limit)s. Shorten "
                    "it, or justify why it is no longer-term qualification.",
                    project=project.name,
                    found=formatLang(self.env, project.duration_months, digits=1),
                    limit=formatLang(self.env, rule.value_max, digits=1),
                ),
                project.duration_months,
            )
            for project in self
            if float_compare(project.duration_months, rule.value_max, 1) > 0
        }

    @requirement_check(
        _lt("Micro-project: cooperation with an area-based programme"),
        fields=["state", "grant_id", "has_area_programme"],
        states=PLANNING,
    )
    def _requirement_area_programme(self, rule):
        """S23."""
        return self._lacking(
            lambda project: not project.has_area_programme,
            self.env._(
                "No cooperation with an area-based programme is entered. Add it under “Cooperation”, or justify."
            ),
        )

    @requirement_check(
        _lt("Micro-project: cooperation with a municipal office"),
        fields=["state", "grant_id", "has_municipal_office"],
        states=PLANNING,
    )
    def _requirement_municipal_office(self, rule):
        """S24."""
        return self._lacking(
            lambda project: not project.has_municipal_office,
            self.env._("No cooperation with a municipal office is entered. Add it under “Cooperation”, or justify."),
        )
