from contextlib import contextmanager

from odoo.exceptions import AccessError
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from .common import JustiqCommon


class RoleCase(JustiqCommon):
    """One provider with a case file of the case worker and one of her colleague."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls._create_employee("Conny Colleague")
        cls.own_case = cls._create_case(cls.case_worker)
        cls.colleagues_case = cls._create_case(cls.colleague, first_name="Ben", last_name="Beispiel")
        cls.own_enrolment = cls._enrol(cls.own_case)
        cls.colleagues_enrolment = cls._enrol(cls.colleagues_case)
        cls.project = cls._create_project(lead_id=cls.colleague.id)
        cls.own_participation = cls._participate(cls.project, enrolment=cls.own_enrolment)
        cls.colleagues_participation = cls._participate(cls.project, enrolment=cls.colleagues_enrolment)
        cls.line = cls._create_budget_line(cls._year(2019), 5000.0)

    @classmethod
    def _user(cls, *roles):
        """A user with several roles; takes over the employee of the case worker."""
        user = new_test_user(
            cls.env,
            login="_".join(roles),
            groups=",".join(f"justiq.group_{role}" for role in roles),
            company_id=cls.company.id,
        )
        cls.case_worker.user_id = user
        return user

    def _as(self, role, record):
        return record.with_user(self.users[role])

    @contextmanager
    def assertForbidden(self):
        """The block fails for want of rights, and leaves nothing behind."""
        loggers = ("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
        with mute_logger(*loggers), self.assertRaises(AccessError), self.env.cr.savepoint():
            yield
            self.env.flush_all()
        self.env.invalidate_all()
