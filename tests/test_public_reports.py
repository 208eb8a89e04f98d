from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import tagged
from odoo.tools import SQL

from ..models.case_enrolment import age_group_of
from ..models.case_enrolment_answers import DESTINATION, EDUCATION, EMPLOYMENT, YES_NO
from .properties import Undo, examples
from .public_reader import GROUPS, StatisticsReader, random_people, who_meets
from .test_figures_statistics import StatisticsCommon

LIMIT = 3
PEOPLE = 24
YEAR = {"date_start": date(2020, 1, 1), "date_end": date(2020, 12, 31)}
WHOLE = {"date_start": date(2019, 1, 1), "date_end": date(2022, 6, 30)}


def _codes(options):
    return st.sampled_from([code for code, _label in options])


PERSON = st.fixed_dictionaries(
    {
        "age": st.sampled_from([13, 14, 16, 16, 19, 20, 22, 26]),
        "gender": st.sampled_from(["female", "male", "male", "diverse"]),
        "entry_employment": _codes(EMPLOYMENT),
        "entry_education": _codes(EDUCATION),
        "entry_foreign_background": _codes(YES_NO),
        "entry_disability": st.sampled_from(["no", "no", "yes"]),
        "exit_destination": _codes(DESTINATION),
        "exit_employment": _codes(EMPLOYMENT),
        "is_counted": st.sampled_from([True, True, True, True, False]),
        "month": st.integers(0, 14),
        "has_left": st.booleans(),
        "place": st.sampled_from(["CM", "CM", "first", "second", None]),
    }
)


@tagged("post_install", "-at_install")
class TestPublicReports(StatisticsCommon):
    """Whoever adds up and subtracts all that a public report prints learns no small number of persons."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.programme.small_number = LIMIT
        cls.projects = {name: cls._create_project("running", name=name) for name in ("first", "second")}
        cls.enrolments = [cls._enrol(cls._create_case(last_name=f"Muster {number}")) for number in range(PEOPLE)]
        cls.participations = [cls._participate(code="CM", enrolment=enrolment) for enrolment in cls.enrolments]
        cls.sample, cls.meeting = random_people(cls.env), {}
        cls.env.flush_all()

    def _become(self, people):
        """The enrolments are those of these people, whatever the ORM would make of them; the others came too late."""
        for number, (enrolment, participation) in enumerate(zip(self.enrolments, self.participations, strict=True)):
            if number >= len(people):
                values = {"date_entry": date(2040, 1, 1), "date_exit": None}
                self._set("justiq_enrolment", enrolment.id, values)
                self._set("justiq_participation", participation.id, {"date_start": date(2040, 1, 1)})
                continue
            person = dict(people[number])
            age, place, has_left = person.pop("age"), person.pop("place"), person.pop("has_left")
            entry = date(2019, 11, 10) + timedelta(days=30 * person.pop("month"))
            values = {
                "date_entry": entry,
                "date_exit": entry + timedelta(days=45) if has_left else None,
                "age_at_entry": age,
                "age_group": age_group_of(age),
                "not_counted_reason": None if person["is_counted"] else "consent",
            }
            self._set("justiq_enrolment", enrolment.id, {**person, **values})
            project = self.projects.get(place)
            baustein = self.bausteine["MP" if project else "CM"]
            values = {
                "date_start": entry if place else date(2040, 1, 1),
                "baustein_id": baustein.id,
                "baustein_kind": baustein.kind,
                "micro_project_id": project.id if project else None,
                "gender": person["gender"],
            }
            self._set("justiq_participation", participation.id, values)
        self.env.invalidate_all()

    def _set(self, table, number, values):
        changed = SQL(", ").join(SQL("%s = %s", SQL.identifier(name), value) for name, value in values.items())
        self.env.cr.execute(SQL("UPDATE %s SET %s WHERE id = %s", SQL.identifier(table), changed, number))

    def _public(self, kind, period):
        report = self.env["justiq.funder.report"].new(
            {"kind": kind, "grant_id": self.grant.id, **period, "is_for_outside": True}
        )
        return self.env[f"justiq.figures.{kind}"]._sections(report)

    def _learned(self, sections):
        reader = StatisticsReader(sections, LIMIT)
        indicators = self.programme.indicator_set_id.indicator_ids
        for base, whole in (("output", "counted"), ("result", "left_counted"), ("follow_up", "followed_up")):
            mine = indicators.filtered(lambda one, base=base: one.base == base)
            reader.know_conditions(whole, {f"indicator_{one.code}": self._meeting(one) for one in mine})
        ages = {f"age_group_{group}": lambda age, ends=ends: ends[0] <= age < ends[1] for group, ends in GROUPS.items()}
        for one in indicators.filtered(lambda one: one.base == "output"):
            conditions = list(one._domain().iter_conditions())
            if {condition.field_expr for condition in conditions} == {"age_at_entry"}:
                domain = one._domain()
                ages[f"indicator_{one.code}"] = lambda age, domain=domain: bool(
                    who_meets([{"age_at_entry": age}], domain)
                )
        reader.know_ages("counted", ages)
        return reader.learn()

    def _meeting(self, indicator):
        if indicator.code not in self.meeting:
            self.meeting[indicator.code] = who_meets(self.sample, indicator._domain())
        return self.meeting[indicator.code]

    def _check(self, people, kind, period, indicators):
        with self.assertRaises(Undo), self.env.cr.savepoint():
            self.programme.indicator_set_id = self.env.ref(f"justiq.indicators_{indicators}")
            self.env.flush_all()
            self._become(people)
            self.assertFalse(self._learned(self._public(kind, period)), people)
            raise Undo

    @examples(6)
    @given(
        st.lists(PERSON, max_size=PEOPLE),
        st.sampled_from(["statistics", "narrative"]),
        st.sampled_from([YEAR, WHOLE]),
        st.sampled_from(["esf_2014", "esf_plus"]),
    )
    def test_no_small_number_can_be_computed_from_the_whole_report(self, people, kind, period, indicators):
        self._check(people, kind, period, indicators)

    # ------------------------------------------------------------
    # The ways in which it was possible
    # ------------------------------------------------------------

    def _people(self, *numbers_and_values):
        plain = {
            "age": 16,
            "gender": "male",
            "entry_employment": "pupil",
            "entry_education": "isced_2",
            "entry_foreign_background": "no",
            "entry_disability": "no",
            "exit_destination": "training",
            "exit_employment": "employed",
            "is_counted": True,
            "month": 4,
            "has_left": False,
            "place": None,
        }
        return [{**plain, **values} for number, values in numbers_and_values for _one in range(number)]

    def _cells(self, sections, table):
        rows = self._rows(sections, table)
        return {key: cells.get("total", cells.get("participants")) for key, cells in rows.items()}

    def test_an_age_group_is_not_computed_from_the_indicators_on_ages(self):
        people = self._people((2, {"age": 13}), (10, {"age": 16}), (8, {"age": 19}), (4, {"age": 26}))
        for indicators in ("esf_plus", "esf_2014"):
            with self.subTest(indicators):
                self.programme.indicator_set_id = self.env.ref(f"justiq.indicators_{indicators}")
                self._become(people)
                sections = self._public("statistics", WHOLE)
                self.assertEqual(self._cells(sections, "age")["age_group_00_14"], "•")
                self.assertFalse(self._learned(sections))

    def test_who_does_not_count_is_not_computed_from_the_micro_projects(self):
        people = self._people((11, {"place": "first"}), (1, {"place": "first", "is_counted": False}))
        self._become(people)
        sections = self._public("narrative", WHOLE)
        projects = self._cells(sections, "projects")
        self.assertEqual(projects[f"project_{self.projects['first'].id}"], 11)
        self.assertEqual(projects[f"project_{self.projects['second'].id}"], 0)
        self.assertFalse(self._learned(sections))

    def test_the_reader_would_notice(self):
        """With the numbers of the report for the funder, the reader learns what the public must not."""
        self._become(self._people((2, {"age": 13}), (10, {"age": 16}), (3, {"age": 26})))
        sections = self._public("statistics", WHOLE)
        self.assertFalse(self._learned(sections))
        [ages] = [table for section in sections for table in section["tables"] if table["key"] == "age"]
        [row] = [row for row in ages["rows"] if row["key"] == "age_group_15_17"]
        [whole] = [row for row in ages["rows"] if row["key"] == "counted"]
        row["cells"].update(total=10)
        for key in ("age_group_25_over", "age_group_18_20", "age_group_21_24"):
            [other] = [row for row in ages["rows"] if row["key"] == key]
            other["cells"].update(total=3 if key == "age_group_25_over" else 0)
        whole["cells"].update(total=15)
        for table in (table for section in sections for table in section["tables"]):
            for row in table["rows"]:
                if row["key"] == "counted":
                    row["cells"].update(total=15)
        self.assertIn(("age_group_00_14", "total"), self._learned(sections))

    def test_who_left_in_a_year_is_not_computed_from_the_report_of_the_next(self):
        """Who is carried over, and who was reached so far, would be the year before less those who left."""
        self._become(self._people((6, {"month": 0}), (5, {"month": 5}), (2, {"month": 0, "has_left": True})))
        sections = self._public("statistics", YEAR)
        self.assertEqual(set(self._rows(sections, "persons")), {"entered", "left"})
        self.assertNotIn("target", [table["key"] for section in sections for table in section["tables"]])
