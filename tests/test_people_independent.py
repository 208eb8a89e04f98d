from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import freeze_time, tagged

from .common import JustiqCommon
from .plain_figures import People
from .properties import Undo, examples

BIRTHS = st.dates(date(1992, 1, 1), date(2008, 12, 31))
PERSONS = st.lists(
    st.tuples(
        BIRTHS,
        st.sampled_from(["female", "male", "diverse", "not_stated"]),
        st.dates(date(2019, 1, 1), date(2020, 12, 31)),
        st.booleans(),  # consent on the day of entry
        # Bausteine one after the other; the same twice is a re-entry.
        st.lists(st.tuples(st.sampled_from(["CM", "ASJ", "CL", "MP"]), st.integers(0, 90)), max_size=4),
    ),
    min_size=1,
    max_size=6,
)
MEASURES = ["enrolment_number:count_distinct", "participation_count:sum", "contact_count:sum", "hours:sum"]


@tagged("post_install", "-at_install")
class TestPeopleIndependent(JustiqCommon):
    """Persons and participations, contacts and hours are those that plain Python counts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project("running")

    @examples(6)
    @given(PERSONS)
    def test_counts_are_those_of_plain_python(self, persons):
        with self.assertRaises(Undo), freeze_time("2022-01-31"):
            for number, person in enumerate(persons):
                self._create_person(number, *person)
            self._compare()
            raise Undo

    def _create_person(self, number, birth, gender, entry, consents, stays):
        case = self._create_case(last_name=f"Muster {number}", birth_date=birth, gender=gender)
        enrolment = self._enrol(case, date_entry=entry, legal_basis_date=entry if consents else False)
        day, known = entry, {}
        for code, minutes in stays:
            participation = self._participate(
                self.project if code == "MP" else None,
                code=code,
                enrolment=enrolment,
                date_start=day,
                date_end=day + timedelta(days=9),
                origin_participation_id=known[code].id if code in known else False,
            )
            known[code] = participation
            if code == "MP":
                self._hold_session(self.project, participation, day=day)
            else:
                note = self._create_note(case, participation_id=participation.id, minutes=minutes, date=day)
                if minutes % 3 == 0:  # corrected: only the last entry counts
                    values = {"amends_id": note.id, "minutes": minutes // 2, "date": day}
                    self._create_note(case, participation_id=participation.id, **values)
            day += timedelta(days=10)

    def _compare(self):
        self.env.flush_all()
        self.env.invalidate_all()
        plain = People(self.env, self.grant)
        for field, key in (
            ("baustein_id", lambda row, person: row["baustein_id"]),
            ("gender", lambda row, person: person["gender"]),
            ("age_group", lambda row, person: plain.age_group(person)),
            ("is_counted", lambda row, person: person["is_counted"]),
        ):
            self.assertEqual(self._module_figures(field), plain.by(key), field)
        counted = [person for person in plain.persons.values() if person["is_counted"]]
        grant = self.grant.with_user(self.users["coordinator"])
        found = (grant.counted_persons, grant.not_counted_persons)
        self.assertEqual(found, (len(counted), len(plain.persons) - len(counted)))
        self.assertEqual(self.project.participant_count, plain.by(self._project_key).get(self.project.id, (0,))[0])

        for period in ((self.grant.date_start, self.grant.date_end), (date(2020, 1, 1), date(2020, 12, 31))):
            self._compare_statistics(plain, *period)

    def _compare_statistics(self, plain, start, end):
        """The report to the funder, of the whole grant and of a part of it."""
        values = {"kind": "statistics", "grant_id": self.grant.id, "date_start": start, "date_end": end}
        report = self.env["justiq.funder.report"].with_user(self.users["coordinator"]).create(values)
        cells = {
            (table["key"], row["key"]): row["cells"]
            for section in report.figures
            for table in section["tables"]
            for row in table["rows"]
        }
        entered = [person for person in plain.persons.values() if start <= person["date_entry"] <= end]
        counted = [person for person in entered if person["is_counted"]]
        for key, persons in (
            (("persons", "entered"), entered),
            (("counted", "counted"), counted),
            (("counted", "not_counted"), [person for person in entered if not person["is_counted"]]),
            *(
                (("age", f"age_group_{group}"), [one for one in counted if plain.age_group(one) == group])
                for group in ("00_14", "15_17", "18_20", "21_24", "25_over")
            ),
        ):
            self.assertEqual(self._genders(cells[key]), self._plain_genders(persons), key)
        of_counted = [row for row in plain.participations if plain.persons[row["enrolment_id"]]["is_counted"]]
        for baustein in self.grant.baustein_ids:
            begun = [row for row in of_counted if row["baustein_id"] == baustein.id and row["date_start"] <= end]
            reached = {row["enrolment_id"] for row in begun}
            self.assertEqual(cells["target", f"reached_{baustein.id}"]["reached"], len(reached))
            begun = [row for row in begun if row["date_start"] >= start]
            found = cells["participations", f"baustein_{baustein.id}"]
            self.assertEqual(
                self._genders(found), self._plain_genders(plain.persons[row["enrolment_id"]] for row in begun)
            )
            self.assertEqual(found["persons"], len({row["enrolment_id"] for row in begun}))

    def _genders(self, cells):
        return tuple(cells[column] for column in ("female", "male", "other", "total"))

    def _plain_genders(self, persons):
        genders = [person["gender"] for person in persons]
        women, men = genders.count("female"), genders.count("male")
        return women, men, len(genders) - women - men, len(genders)

    @staticmethod
    def _project_key(row, _person):
        return row["micro_project_id"]

    def _module_figures(self, field):
        report = self.env["justiq.participation.report"].with_user(self.users["coordinator"])
        groups = report._read_group([("grant_id", "=", self.grant.id)], [field], MEASURES)
        return {
            getattr(value, "id", value): (persons, participations, contacts, round(hours, 6))
            for value, persons, participations, contacts, hours in groups
        }

    def test_who_counts_is_decided_by_consent_age_and_answers(self):
        """rules.md: consent on the day of entry, an age of the programme on that day, complete answers."""
        for birth, values, expected in (
            (date(2008, 1, 15), {}, True),  # twelve on the day of entry
            (date(2008, 1, 16), {}, False),  # the day before
            (date(1993, 1, 16), {}, True),  # 26 for the last day
            (date(1993, 1, 15), {}, False),
            (date(2003, 1, 1), {"legal_basis_date": date(2020, 1, 16)}, False),
            (date(2003, 1, 1), {"entry_education": False}, False),
        ):
            with self.subTest(birth=birth, **values):
                enrolment = self._enrol(self._create_case(birth_date=birth), **values)
                self.assertEqual(enrolment.is_counted, expected)
        self.assertEqual(self.grant.with_user(self.users["coordinator"]).counted_persons, 2)

    def test_two_projects_and_a_return_are_one_person(self):
        other = self._create_project("running", name="KICK OF")
        enrolment = self._enrol()
        first = self._participate(self.project, enrolment=enrolment, date_end=date(2020, 2, 1))
        self._participate(self.project, enrolment=enrolment, date_start=date(2020, 2, 10))
        self._participate(other, enrolment=enrolment)
        self._hold_session(self.project, first, day=date(2020, 1, 20))
        plain = People(self.env, self.grant)
        self.assertEqual(plain.by(lambda row, person: 0), {0: (1, 3, 1, 2.0)})
        self.assertEqual(self._module_figures("baustein_id"), plain.by(lambda row, person: row["baustein_id"]))
