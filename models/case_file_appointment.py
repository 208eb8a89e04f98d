from odoo import models


class CaseFile(models.Model):
    """Appointments are planned from the file."""

    _inherit = "justiq.case.file"

    def action_plan_appointment(self):
        """Open a new appointment for the user; its title carries the reference only."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Plan Appointment"),
            "res_model": "calendar.event",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_name": self.env._("Appointment %s", self.reference),
                "default_case_file_id": self.id,
                # Else the calendar would take the file from where the button was pressed, and add an activity.
                "default_res_model_id": False,
                "default_res_id": False,
            },
        }
