from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from ..tools.personal_data import ERASE

EMERGENCY_HOURS = 24
MOST_EMERGENCY_HOURS = 72
EMERGENCIES_PER_DAY = 3
FEWEST_LETTERS_OF_REASON = 10


class CaseAccess(models.Model):
    """Break-glass: a case worker opens a colleague's file of the same provider in an emergency, by herself.

    From the hit of the search, with a reason, for the hours that the provider has set, and this one file only. Key
    worker, team lead and privacy officer are told at once; the team lead or the privacy officer reviews it, never
    the person herself. It ends by itself, and is not prolonged. Nobody sets one up for somebody else, and it opens
    neither what is locked for her, nor entrusted entries, nor the child protection record.
    """

    _name = "justiq.case.access"
    _inherit = ["justiq.case.access", "justiq.readers.follow.mixin"]

    _personal_data = {"review": ERASE}
    _review_fields = frozenset({"verdict", "review", "reviewed_by_id", "reviewed_at"})

    kind = fields.Selection(selection_add=[("emergency", "In an emergency")], ondelete={"emergency": "cascade"})
    opened_at = fields.Datetime(readonly=True, copy=False)
    hours = fields.Integer(readonly=True, copy=False, aggregator=None)

    # review
    verdict = fields.Selection(
        selection=[("justified", "Justified"), ("not_justified", "Not justified")], readonly=True, copy=False
    )
    review = fields.Text(readonly=True, copy=False)
    reviewed_by_id = fields.Many2one(comodel_name="res.users", readonly=True, copy=False, ondelete="restrict")
    reviewed_at = fields.Datetime(readonly=True, copy=False)
    is_mine_to_review = fields.Boolean(compute="_compute_is_mine_to_review", export_string_translation=False)

    _emergency_has_its_hours = models.Constraint(
        f"""CHECK ((kind = 'emergency') = (opened_at IS NOT NULL)
                   AND CASE WHEN kind = 'emergency' THEN hours BETWEEN 1 AND {MOST_EMERGENCY_HOURS}
                            ELSE COALESCE(hours, 0) = 0 END)""",
        "Only an access in an emergency is counted in hours, of which it has between 1 and 72.",
    )
    _review_of_emergency = models.Constraint(
        """CHECK ((verdict IS NULL) = (reviewed_at IS NULL) AND (verdict IS NULL) = (reviewed_by_id IS NULL)
                  AND (verdict IS NULL OR kind = 'emergency'))""",
        "An access in an emergency is reviewed once, with a verdict and the reasons for it.",
    )
    # Against two requests at the same moment; a later one is refused in words, because the file is open by then.
    _one_at_a_time = models.UniqueIndex(
        "(employee_id, case_file_id, date_trunc('hour', opened_at)) WHERE kind = 'emergency' AND ended_at IS NULL",
        "You have opened this case file in an emergency already.",
    )
    _to_review_index = models.Index("(company_id, opened_at) WHERE kind = 'emergency' AND verdict IS NULL")

    @api.depends("date_start", "date_end", "ended_at", "company_id.partner_id.tz", "kind", "opened_at", "hours")
    def _compute_moments(self):  # pylint: disable=missing-return
        emergencies = self.filtered(lambda access: access.kind == "emergency")
        super(CaseAccess, self - emergencies)._compute_moments()
        for access in emergencies:
            end = access.opened_at and access.opened_at + timedelta(hours=access.hours)
            access.opens_at = access.opened_at
            access.closes_at = min(end, access.ended_at) if access.ended_at else end

    @api.depends("kind", "verdict", "employee_id")
    @api.depends_context("uid")
    def _compute_is_mine_to_review(self):
        for access in self:
            access.is_mine_to_review = access.kind == "emergency" and not access.verdict and access._may_be_reviewed()

    def _may_be_reviewed(self):
        """Whether the user may review the access: by her role, and not her own."""
        # sudo: which user stands behind the employee, to compare.
        own = self.sudo().employee_id.user_id == self.env.user
        return not own and self.env.user.has_groups("justiq.group_team_lead,justiq.group_privacy_officer")

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        accesses = super().create(vals_list)
        # Asked afterwards, because the kind may come as a default from the client's context.
        if not self.env.su and "emergency" in accesses.mapped("kind"):
            raise AccessError(
                self.env._(
                    "Nobody is given an access in an emergency: the case worker herself opens the file from the "
                    "search. Choose “Single file” to open it to a colleague."
                )
            )
        return accesses

    def _check_changeable(self, vals):
        if self.env.su and vals.keys() == self._review_fields:
            return  # the review proves nothing about who could read the file, and often comes after the end
        emergencies = self.filtered(lambda access: access.kind == "emergency")
        if emergencies and vals.keys() - {"ended_at"}:
            raise ValidationError(
                self.env._(
                    "%s was opened in an emergency and is not prolonged or changed. End it, or set up a substitution.",
                    emergencies[:1].display_name,
                )
            )
        super()._check_changeable(vals)

    def _check_not_over(self):  # pylint: disable=missing-return
        # The server sets up those in an emergency, and knows what time it is.
        super(CaseAccess, self.filtered(lambda access: access.kind != "emergency"))._check_not_over()

    def action_end(self):
        # Whoever no longer needs the file may close it herself.
        own = self.filtered(lambda access: access.kind == "emergency" and access._is_own())
        # sudo: it takes something away from herself, and nothing else is written.
        super(CaseAccess, own.sudo()).action_end()
        rest = self - own
        return super(CaseAccess, rest).action_end() if rest else None

    def _is_own(self):
        # sudo: which user stands behind the employee, to compare.
        return self.sudo().employee_id.user_id == self.env.user

    # ------------------------------------------------------------
    # Review
    # ------------------------------------------------------------

    @api.model
    def _to_review(self):
        """Domain of what waits for a review by the user."""
        return (
            Domain("kind", "=", "emergency")
            & Domain("verdict", "=", False)
            & Domain("employee_id", "not in", self.env.user.employee_ids.ids)
        )

    def action_review(self):
        """Open the dialog of the review."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Review"),
            "res_model": "justiq.case.emergency.review",
            "view_mode": "form",
            "target": "new",
            "context": {"default_access_id": self.id},
        }

    def _review(self, verdict, text):
        """Write down the verdict, once and for ever.

        :raises AccessError: own access, or no role that reviews
        :raises UserError: reviewed already, or nothing to review
        """
        self.ensure_one()
        self.check_access("read")
        if not self._may_be_reviewed():
            raise AccessError(
                self.env._(
                    "An access in an emergency is reviewed by the team lead or the privacy officer, and never by "
                    "whoever opened it."
                )
            )
        if self.kind != "emergency" or self.verdict:
            raise UserError(self.env._("%s: there is nothing to review.", self.display_name))
        # sudo: the privacy officer only reads accesses; the rights have just been asked.
        self.sudo().write(
            {
                "verdict": verdict,
                "review": text,
                "reviewed_by_id": self.env.uid,
                "reviewed_at": fields.Datetime.now(),
            }
        )

    # ------------------------------------------------------------
    # Telling
    # ------------------------------------------------------------

    def _tell_of_emergency(self):
        """Tell key worker, team lead and privacy officer at once: who, the reference, until when; not the reason."""
        self.ensure_one()
        company = self.company_id
        roles = self.env.ref("justiq.group_team_lead") | self.env.ref("justiq.group_privacy_officer")
        users = roles.all_user_ids.filtered(lambda user: user.active and company in user.company_ids)
        users |= self.case_file_id.key_worker_id.user_id
        # Whom the file is locked for does not hear of it.
        users = users.filtered(lambda user: self.case_file_id.id not in user.case_keys["denied"])
        access = self.with_context(lang=company.partner_id.lang or self.env.lang)
        access.message_notify(
            partner_ids=(users - self.env.user).partner_id.ids,
            subject=access.env._("Opened in an emergency: %s", self.case_file_id.reference),
            body=access.env._(
                "%(colleague)s has opened case file %(reference)s in an emergency, until %(end)s. The reason stands in "
                "the access. It has to be reviewed.",
                colleague=self.employee_id.name,
                reference=self.case_file_id.reference,
                end=access._moment_text(self.closes_at),
            ),
        )


class CaseFile(models.Model):
    _inherit = "justiq.case.file"

    def _open_in_emergency(self, reason):
        """Open the file to the user for some hours; called with the file in sudo, of which she knows the reference.

        :raises UserError: naming why it is not opened, and the way out
        """
        self.ensure_one()
        employee = self.env.user.employee_id
        self._check_emergency(employee, reason)
        now = fields.Datetime.now()
        hours = self.company_id.emergency_hours
        access = self.env["justiq.case.access"].sudo()  # sudo: only this method gives such an access, all checked
        local = fields.Datetime.context_timestamp(self.with_context(tz=self.company_id.partner_id.tz or "UTC"), now)
        access = access.create(
            {
                "kind": "emergency",
                "employee_id": employee.id,
                "case_file_id": self.id,
                "company_id": self.company_id.id,
                "reason": reason.strip(),
                "opened_at": now,
                "hours": hours,
                "date_start": local.date(),
                "date_end": (local + timedelta(hours=hours)).date(),
            }
        )
        access._tell_of_emergency()
        self.sudo(False)._record_access("emergency", access._moment_text(access.closes_at))
        return access

    def _check_emergency(self, employee, reason):
        user = self.env.user
        if (
            not user.has_group("justiq.group_case_worker")
            or self.company_id not in user.company_ids & self.env.companies
        ):
            raise AccessError(self.env._("In an emergency, case workers of the same provider can open a case file."))
        if self.sudo(False).has_access("read"):
            raise UserError(self.env._("Case file %s is open to you already.", self.reference))
        # sudo: is not told to anybody, see below.
        is_closed_to_her = self.sudo().is_denied or self.is_restricted or self.state == "anonymised"
        if is_closed_to_her or employee.company_id != self.company_id:
            # The same words for all of it, or they would tell that the file is locked for her.
            raise UserError(
                self.env._(
                    "Case file %s cannot be opened here in an emergency. Please call the key worker or the team lead.",
                    self.reference,
                )
            )
        if sum(map(str.isalnum, reason or "")) < FEWEST_LETTERS_OF_REASON:
            raise UserError(
                self.env._(
                    "Reason: “%(reason)s” does not tell what the emergency is. Write at least %(fewest)s letters.",
                    reason=reason or "",
                    fewest=FEWEST_LETTERS_OF_REASON,
                )
            )
        self._check_emergencies_of_day(employee)

    def _check_emergencies_of_day(self, employee):
        employee.sudo().lock_for_update()  # sudo: the own one; two clicks at once open one access
        accesses = self.env["justiq.case.access"].sudo()  # sudo: her own, to count them
        opened = accesses.search_count(
            [
                ("kind", "=", "emergency"),
                ("employee_id", "=", employee.id),
                ("opened_at", ">", fields.Datetime.now() - timedelta(days=1)),
            ]
        )
        if opened >= EMERGENCIES_PER_DAY:
            raise UserError(
                self.env._(
                    "You have opened %(opened)s case files in an emergency within the last 24 hours, which is the "
                    "limit. Please call the team lead, who can open further files to you.",
                    opened=opened,
                )
            )
