from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import format_date

AGE_OF_MAJORITY = 18


class CasePlan(models.Model):
    """A version of the plan that young person and key worker agree on.

    Follows the access to the case file: the key worker writes the plans of her
    files, the team lead those of the own companies; nobody deletes a version
    and nobody else sees anything of it. Agreeing freezes it: goals, measures
    and who took part are kept as they were on that day, whatever becomes of
    them. Of an agreed version only the signed paper is still entered, once; a
    mistake in that is corrected by the team lead. A change of the plan is a
    new version.
    """

    _name = "justiq.case.plan"
    _inherit = ["justiq.frozen.mixin", "justiq.transition.mixin", "justiq.case.enrolled.mixin"]
    _description = "Support Plan"
    _order = "case_file_id, date desc, version desc, id desc"
    _rec_names_search = ["case_file_id.reference"]

    _initial_states = ("draft",)
    _transitions = {("draft", "agreed"): "justiq.group_case_worker"}
    _frozen_states = ("agreed",)
    _changeable_fields = frozenset({"signed_on", "scan"})
    # Set by the server alone.
    _server_fields = frozenset({"version", "content"})

    # version
    version = fields.Integer(readonly=True, copy=False, aggregator=None)
    state = fields.Selection(
        selection=[("draft", "In preparation"), ("agreed", "Agreed")], required=True, default="draft", copy=False
    )
    is_current = fields.Boolean(
        compute="_compute_is_current", store=True, help="The newest agreed version of the file."
    )

    # what was agreed
    date = fields.Date(string="Agreed On", required=True, default=fields.Date.context_today, copy=False)
    participant_ids = fields.Many2many(
        comodel_name="justiq.case.contact",
        string="Also Present",
        domain="[('case_file_id', '=', case_file_id)]",
        help="Beside the young person and the key worker.",
    )
    remark = fields.Text(help="What else was agreed; printed below the goals.")
    next_review_date = fields.Date(string="Next Review", index="btree_not_null", copy=False)
    content = fields.Json(readonly=True, copy=False, export_string_translation=False)
    preview = fields.Html(compute="_compute_preview", sanitize=False, export_string_translation=False)

    # signed paper
    signed_on = fields.Date(copy=False)
    scan = fields.Binary(string="Signed Plan", attachment=True, copy=False)
    scan_name = fields.Char(compute="_compute_scan_name", export_string_translation=False)

    # It also keeps the numbers of the versions apart. Merged files have those of both.
    _one_draft = models.UniqueIndex(
        "(case_file_id) WHERE state = 'draft'",
        "A version of this plan is in preparation already. Agree on it before you begin the next one.",
    )
    _review_after_agreement = models.Constraint(
        "CHECK (next_review_date IS NULL OR next_review_date >= date)",
        "The next review must not be before the day of the agreement.",
    )
    _signed_after_agreement = models.Constraint(
        "CHECK (signed_on IS NULL OR (state = 'agreed' AND signed_on >= date))",
        "A plan is signed once it is agreed, and not before the day of the agreement.",
    )
    _content_frozen = models.Constraint(
        "CHECK ((state = 'agreed') = (content IS NOT NULL))", "An agreed plan keeps what was agreed."
    )

    @api.depends("case_file_id.reference", "version")
    @api.depends_context("lang")
    def _compute_display_name(self):
        # The reference only: a label shows up where the file itself is closed.
        for plan in self:
            case = plan.sudo().case_file_id  # sudo: the reference is no secret to whoever sees the label
            plan.display_name = (
                self.env._(
                    "Plan %(reference)s, version %(version)s",
                    reference=case.reference,
                    version=plan.version,
                )
                if plan._origin
                else False
            )

    @api.depends("case_file_id.reference", "version")
    def _compute_scan_name(self):
        """A name of the server: that of the uploaded file may hold the name of the young person."""
        for plan in self:
            # sudo: the reference is no secret to whoever sees the plan.
            reference = (plan.sudo().case_file_id.reference or "").replace("/", "-")
            plan.scan_name = f"{reference}-{plan.version}.pdf"

    @api.depends("state", "date", "case_file_id.plan_ids.state", "case_file_id.plan_ids.date")
    def _compute_is_current(self):
        for case, plans in self.grouped("case_file_id").items():
            agreed = case.plan_ids.filtered(lambda plan: plan.state == "agreed")
            current = agreed.sorted(lambda plan: (plan.date, plan.version, plan.id))[-1:]
            for plan in plans:
                plan.is_current = plan == current

    @api.depends("content", "case_file_id", "participant_ids")
    def _compute_preview(self):
        for plan in self:
            values = {"content": plan._get_content()}
            plan.preview = self.env["ir.qweb"]._render("justiq.case_plan_content", values)

    # ------------------------------------------------------------
    # Content
    # ------------------------------------------------------------

    def _get_content(self):
        """What the version says: as it was frozen, else as things stand now."""
        self.ensure_one()
        return self._with_dates(self.content or self._draft_content())

    def _draft_content(self):
        """Goals and measures as they stand, as plain values.

        Text is kept in the provider's language, because it goes on paper.
        """
        self.ensure_one()
        # sudo: the language of the provider, nothing else.
        language = self.case_file_id.company_id.sudo().partner_id.lang or self.env.lang
        plan = self.with_context(lang=language)
        case = plan.case_file_id
        return {
            # sudo: the name of the key worker stands on the plan.
            "key_worker": case.key_worker_id.sudo().name,
            "participants": plan.participant_ids.mapped("display_name"),
            "goals": [plan._goal_content(goal) for goal in case.goal_ids if goal.state == "open"],
        }

    @api.model
    def _goal_content(self, goal):
        return {
            "name": goal.name,
            "domain": goal.domain_id.name or "",
            "priority": dict(goal._fields["priority"]._description_selection(goal.env))[goal.priority],
            "is_prior": goal.priority != "0",
            "review_date": fields.Date.to_string(goal.review_date) or "",
            "measures": [
                {
                    "name": measure.name,
                    "who": measure._who(),
                    "due_date": fields.Date.to_string(measure.due_date) or "",
                    "is_done": measure.is_done,
                }
                for measure in goal.measure_ids
            ],
        }

    def _with_dates(self, content):
        """The content with its dates as the reader writes them."""

        def written(day):
            return format_date(self.env, day) if day else ""

        return {
            **content,
            "goals": [
                {
                    **goal,
                    "review_date": written(goal["review_date"]),
                    "measures": [{**measure, "due_date": written(measure["due_date"])} for measure in goal["measures"]],
                }
                for goal in content["goals"]
            ],
        }

    def _needs_guardian(self):
        """Whether the young person is a minor on the day of the agreement."""
        self.ensure_one()
        return relativedelta(self.date, self.case_file_id.birth_date).years < AGE_OF_MAJORITY

    # ------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------

    @api.constrains("date", "signed_on", "state")
    def _check_dates(self):
        today = fields.Date.context_today(self)
        for plan in self:
            for name in ("date", "signed_on"):
                if plan[name] and plan[name] > today and plan.state == "agreed":
                    raise ValidationError(
                        self.env._(
                            "%(field)s: %(date)s lies in the future.",
                            field=plan._fields[name]._description_string(self.env),
                            date=format_date(self.env, plan[name]),
                        )
                    )

    @api.constrains("participant_ids", "case_file_id")
    def _check_participants_of_file(self):
        for plan in self:
            if plan.participant_ids.case_file_id - plan.case_file_id:
                raise ValidationError(
                    self.env._(
                        "Also present: somebody belongs to another case file. "
                        "Choose from the persons and institutions of this file."
                    )
                )

    def _frozen_message(self):
        return self.env._(
            "%s is agreed and cannot be changed any more. Make a new version: both stay readable.",
            self.display_name,
        )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        self.flush_model(["state"])  # a version agreed a moment ago is no longer in preparation
        last, numbered = {}, []
        for vals in vals_list:
            self._check_not_server_fields(vals)
            case = self.env["justiq.case.file"].browse(vals.get("case_file_id"))
            version = last[case] = 1 + (last.get(case) or self._last_version(case))
            numbered.append({**vals, "version": version, "content": False})
        return super().create(numbered)

    @api.model
    def _last_version(self, case):
        # sudo: a number; whether the user may add to this file is asked when creating.
        plans = self.sudo().search([("case_file_id", "=", case.id)], order="version desc", limit=1)
        return plans.version

    def write(self, vals):
        self._check_not_server_fields(vals)
        self._check_signature_once(vals)
        if vals.get("state") != "agreed":
            return super().write(vals)
        for plan in self:
            content = plan._draft_content() if plan.state == "draft" else plan.content
            if not content["goals"]:
                raise ValidationError(
                    self.env._(
                        "Plan of %s: there is no open goal to agree on. Write down the first goal, then agree.",
                        plan.case_file_id.reference,
                    )
                )
            super(CasePlan, plan).write({**vals, "content": content})
            plan._check_after_earlier_versions()
        return True

    def _check_after_earlier_versions(self):
        """Refuse a version from before the one that it replaces.

        :raises ValidationError: naming both days
        """
        for earlier in self.case_file_id.plan_ids - self:
            if earlier.state == "agreed" and earlier.date > self.date:
                raise ValidationError(
                    self.env._(
                        "Agreed on: %(date)s is before %(earlier)s, the day of version %(version)s, which this one "
                        "replaces. Correct the date.",
                        date=format_date(self.env, self.date),
                        earlier=format_date(self.env, earlier.date),
                        version=earlier.version,
                    )
                )

    @api.model
    def _check_not_server_fields(self, vals):
        given = sorted(self._fields[name]._description_string(self.env) for name in self._server_fields & vals.keys())
        if given:
            raise ValidationError(self.env._("%s: the server sets this when you begin or agree on a version.", given))

    def _check_signature_once(self, vals):
        """Refuse to replace the signed paper, except by the team lead.

        :raises AccessError: where somebody else replaces what has been entered
        """
        if self.env.su or self.env.user.has_group("justiq.group_team_lead"):
            return
        for plan in self:
            if (plan.signed_on and "signed_on" in vals) or (plan.scan and "scan" in vals):
                raise AccessError(
                    self.env._(
                        "%s: the signed paper has been entered. Please ask your team lead to correct it.",
                        plan.display_name,
                    )
                )

    @api.model
    def _fields_of_closed_files(self):
        # The signed paper may come back after the file has been closed.
        return super()._fields_of_closed_files() | self._changeable_fields

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_agree(self):
        self.write({"state": "agreed"})

    def action_print(self):
        return self.env.ref("justiq.action_report_case_plan").report_action(self)
