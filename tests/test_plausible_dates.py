from datetime import date, datetime

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import JustiqCommon
from .test_access_matrix import NEW, VIEW_OF, AccessCommon

ABSURD = ("0001-01-01", "0022-05-06", "9999-12-31", "20220-01-01", "2020-13-01", "soon", 7)

# Of a new record the server takes no value.
ENTERED_LATER = {"justiq.retention.decision.told_on"}


@tagged("post_install", "-at_install")
class TestPlausibleDates(AccessCommon):
    """A date with an absurd year is refused wherever somebody enters it."""

    def _dates(self, model):
        return sorted(name for name in self.env[model]._entered_dates() if not self.env[model]._fields[name].readonly)

    def _dates_of_new(self, model):
        return [name for name in self._dates(model) if f"{model}.{name}" not in ENTERED_LATER]

    def test_no_new_record_takes_an_absurd_date(self):
        for model in sorted(NEW.keys() - VIEW_OF.keys()):
            names = self._dates_of_new(model)
            if not names:
                continue
            with self._tried():
                values = NEW[model](self, self.worlds["own" if "own" in self._relations(model) else "any"])
                for name in names:
                    for value in ("0001-01-01", "9999-12-31"):
                        message = f"{model}.{name} took {value}"
                        with self.assertRaisesRegex(ValidationError, "no date between", msg=message):
                            self.env[model].create({**values, name: value})

    def test_no_record_is_changed_to_an_absurd_date(self):
        for model in sorted(NEW.keys() - VIEW_OF.keys()):
            names = self._dates(model)
            if not names:
                continue
            with self._tried():
                record = self._new_record(model, self._relations(model)[0])
                for name in names:
                    for value in ("0001-01-01", "9999-12-31"):
                        message = f"{model}.{name} took {value}"
                        with self.assertRaises(ValidationError, msg=message), self.env.cr.savepoint():
                            record.write({name: value})
                            self.env.flush_all()


@tagged("post_install", "-at_install")
class TestAbsurdDates(JustiqCommon):
    def _refused(self, value):
        return self.assertRaisesRegex(ValidationError, r"From: .* is no date between 01/01/1900 and 12/31/2199")

    def _report(self, **values):
        return self.env["justiq.funder.report"].create({"kind": "vouchers", "grant_id": self.grant.id, **values})

    def test_a_report_does_not_begin_in_the_year_one(self):
        for value in ABSURD:
            with self.subTest(value=value), self._refused(value):
                self._report(date_start=value)

    def test_the_form_says_so_before_it_computes(self):
        report = self.env["justiq.funder.report"]
        with self._refused("0001-01-01"):
            report.onchange({"date_start": "0001-01-01", "grant_id": self.grant.id}, ["date_start"], {"date_start": {}})

    def test_an_import_names_field_and_value(self):
        result = self.env["justiq.funder.report"].load(
            ["kind", "grant_id/.id", "date_start"], [["vouchers", str(self.grant.id), "0001-01-01"]]
        )
        self.assertFalse(result["ids"])
        self.assertIn("1-01-01 is no date between", result["messages"][0]["message"])

    def test_first_and_last_year_are_possible(self):
        report = self._report(date_start=date(1900, 1, 1), date_end="2199-12-31")
        self.assertEqual((report.date_start.year, report.date_end.year), (1900, 2199))
        report.read(["screen"])

    def test_a_voucher_which_is_a_record_of_another_module_is_bound_as_well(self):
        for name in ("justiq_voucher_date", "justiq_due_date", "justiq_payment_date"):
            with self.assertRaisesRegex(ValidationError, "0001-01-01"):
                self._create_voucher(**{name: "0001-01-01"})

    def test_dates_of_other_modules_are_their_own_matter(self):
        self.assertNotIn("create_date", self.env["justiq.case.file"]._entered_dates())
        self.assertFalse(self.env["res.country"]._entered_dates())

    def test_moments_are_bound_as_dates_are(self):
        with self.assertRaisesRegex(ValidationError, "no date between"):
            self._create_session(self._create_project(), date_start=datetime(1, 1, 1, 8), date_end=datetime(1, 1, 1, 9))
