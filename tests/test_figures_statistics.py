import json
import random
from collections import Counter
from datetime import date, timedelta
from itertools import product
from types import SimpleNamespace

from odoo.tests import tagged

from ..models.case_enrolment_answers import DESTINATION, EDUCATION, EMPLOYMENT, QUALIFICATION, YES_NO
from ..tools import drill, figures
from .common import JustiqCommon
from .test_counting import SCENARIO, Erlangen

INACTIVE = {"pupil", "inactive_training", "inactive"}
IN_EDUCATION = {"school", "pre_vocational", "training", "higher_education"}


class StatisticsCommon(JustiqCommon):
    @classmethod
    def _report(cls, grant=None, **values):
        grant = grant or cls.grant
        return SimpleNamespace(
            **{
                "grant_id": grant.sudo(),
                "date_start": grant.date_start,
                "date_end": grant.date_end,
                "is_for_outside": False,
                **values,
            }
        )

    def _sections(self, report=None, role=None, **values):
        figures = self.env["justiq.figures.statistics"]
        if role:
            figures = figures.with_user(self.users[role])
        return figures._sections(report or self._report(**values))

    def _rows(self, sections, table):
        """Cells by key of the row, and the table must be there."""
        [found] = [one for section in sections for one in section["tables"] if one["key"] == table]
        return {row["key"]: row["cells"] for row in found["rows"]}


@tagged("post_install", "-at_install")
class TestStatisticsErlangen(StatisticsCommon, Erlangen):
    """The published figures of one city come out of the statistics."""

    def test_figures_of_the_scenario(self):
        expected = SCENARIO["expected"]
        sections = self._sections()
        target = self._rows(sections, "target")["target"]
        self.assertEqual(target["reached"], expected["counted_persons"])
        self.assertEqual(round(float(target["percent"]), 1), expected["target_percent"])
        counted = self._rows(sections, "counted")
        self.assertEqual(counted["counted"]["total"], expected["counted_persons"])
        self.assertEqual(counted["not_counted"]["total"], expected["not_counted_persons"])
        self.assertEqual(counted[f"reason_{expected['not_counted_reason']}"]["total"], expected["not_counted_persons"])
        participations = self._rows(sections, "participations")
        all_participations = participations["participations"]["total"] + participations["others"]["total"]
        self.assertGreaterEqual(all_participations, expected["participations_at_least"])
        self.assertEqual(participations["participations"]["persons"], expected["counted_persons"])

    def test_who_computes_does_not_matter(self):
        figures = [
            json.dumps(self._sections(role=role)[:-1]) for role in ("finance", "coordinator", "team_lead", "auditor")
        ]
        self.assertEqual(len(set(figures)), 1)


@tagged("post_install", "-at_install")
class TestStatisticsTruth(StatisticsCommon):
    """Each figure against a computation of its own, in plain Python over the same raw rows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        chance = random.Random(5)
        cls.programme.follow_up_months = 6
        cls.period = {"date_start": date(2020, 1, 1), "date_end": date(2020, 12, 31)}

        def answer(options):
            return chance.choice([code for code, _label in options if code != "no_answer"])

        cases = cls.env["justiq.case.file"].create(
            [
                {
                    "first_name": "Mia",
                    "last_name": f"Muster {number}",
                    "birth_date": date(2020, 1, 1) - timedelta(days=chance.randint(10 * 365, 28 * 365)),
                    "gender": chance.choice(["female", "male", "male", "diverse", "not_stated"]),
                    "key_worker_id": cls.case_worker.id,
                }
                for number in range(120)
            ]
        )
        values = []
        for case in cases:
            entry = date(2019, 7, 1) + timedelta(days=chance.randint(0, 600))
            has_left = chance.random() < 0.6
            values.append(
                {
                    "case_file_id": case.id,
                    "grant_id": cls.grant.id,
                    "date_entry": entry,
                    "date_exit": entry + timedelta(days=chance.randint(0, 300)) if has_left else False,
                    "legal_basis_date": entry if chance.random() < 0.85 else False,
                    "entry_employment": answer(EMPLOYMENT),
                    "entry_education": answer(EDUCATION),
                    "entry_school_absence": "no",
                    "entry_foreign_background": answer(YES_NO),
                    "entry_minority": answer(YES_NO),
                    "entry_disability": answer(YES_NO) if chance.random() < 0.9 else False,
                    "entry_other_disadvantage": answer(YES_NO),
                    "entry_housing": chance.choice(["secure", "homeless", "exclusion", False]),
                    "entry_rural": answer(YES_NO),
                    "exit_destination": answer(DESTINATION) if has_left else False,
                    "exit_employment": answer(EMPLOYMENT) if has_left else False,
                    "exit_qualification": answer(QUALIFICATION) if has_left else False,
                    "exit_job_searching": answer(YES_NO) if has_left else False,
                    "exit_improved": chance.choice(["yes", "no", False]) if has_left else False,
                    "follow_up_employment": chance.choice(["employed", "unemployed", False]) if has_left else False,
                    "follow_up_improved": chance.choice(["yes", "no", False]) if has_left else False,
                }
            )
        enrolments = cls.env["justiq.enrolment"].create(values)
        cls.env["justiq.participation"].create(
            [
                {
                    "enrolment_id": enrolment.id,
                    "baustein_id": cls.bausteine[code].id,
                    "date_start": min(
                        enrolment.date_exit or date.max, enrolment.date_entry + timedelta(days=chance.randint(0, 60))
                    ),
                }
                for enrolment in enrolments
                for code in chance.sample(["CM", "ASJ", "CL"], chance.randint(0, 3))
            ]
        )
        for number, heads in ((1, 4), (2, 7), (3, 1)):
            cls._create_outreach(code=("ASJ", "CL")[number % 2], heads=heads, date=date(2020, number, 3))
        cls.env.flush_all()
        # Raw rows, past the ORM.
        cls.env.cr.execute("SELECT * FROM justiq_enrolment WHERE grant_id = %s", [cls.grant.id])
        cls.people = cls.env.cr.dictfetchall()
        cls.env.cr.execute("SELECT * FROM justiq_participation WHERE grant_id = %s", [cls.grant.id])
        cls.participations = cls.env.cr.dictfetchall()
        cls.report = cls._report(**cls.period)

    def _within(self, day):
        return bool(day) and self.period["date_start"] <= day <= self.period["date_end"]

    def _entered(self):
        return [one for one in self.people if self._within(one["date_entry"]) and one["is_counted"]]

    def _left(self):
        return [one for one in self.people if self._within(one["date_exit"]) and one["is_counted"]]

    def _by_gender(self, people):
        genders = Counter(one["gender"] for one in people)
        other = genders["diverse"] + genders["not_stated"]
        return {"female": genders["female"], "male": genders["male"], "other": other, "total": len(people)}

    def assertLine(self, rows, key, people):
        found = {name: number for name, number in rows[key].items() if name not in ("label", "persons")}
        self.assertEqual(found, self._by_gender(people), key)

    def test_persons_and_reasons(self):
        sections = self._sections(self.report)
        start = self.period["date_start"]
        entered = [one for one in self.people if self._within(one["date_entry"])]
        carried = [one for one in self.people if one["date_entry"] < start and (one["date_exit"] or start) >= start]
        rows = self._rows(sections, "persons")
        self.assertTrue(carried)
        self.assertLine(rows, "carried", carried)
        self.assertLine(rows, "entered", entered)
        self.assertLine(rows, "present", carried + entered)
        self.assertLine(rows, "left", [one for one in self.people if self._within(one["date_exit"])])
        rows = self._rows(sections, "counted")
        self.assertLine(rows, "counted", self._entered())
        for reason in ("consent", "age", "incomplete"):
            others = [one for one in entered if one["not_counted_reason"] == reason]
            self.assertTrue(others, reason)
            self.assertLine(rows, f"reason_{reason}", others)

    def test_output_indicators_of_2014(self):
        rows = self._rows(self._sections(self.report), "output")
        expected = {
            "CO01": lambda one: one["entry_employment"] in ("unemployed", "long_term_unemployed"),
            "CO02": lambda one: one["entry_employment"] == "long_term_unemployed",
            "CO03": lambda one: one["entry_employment"] in INACTIVE,
            "CO04": lambda one: one["entry_employment"] == "inactive",
            "CO05": lambda one: one["entry_employment"] == "employed",
            "CO06": lambda one: one["age_at_entry"] < 25,
            "CO07": lambda one: one["age_at_entry"] > 54,
            "CO08": lambda one: False,
            "CO09": lambda one: one["entry_education"] in ("isced_1", "isced_2"),
            "CO10": lambda one: one["entry_education"] in ("isced_3", "isced_4"),
            "CO11": lambda one: one["entry_education"] == "isced_5_8",
            "CO15": lambda one: "yes" in (one["entry_foreign_background"], one["entry_minority"]),
            "CO16": lambda one: one["entry_disability"] == "yes",
            "CO17": lambda one: one["entry_other_disadvantage"] == "yes",
            "CO18": lambda one: one["entry_housing"] in ("homeless", "exclusion"),
            "CO19": lambda one: one["entry_rural"] == "yes",
        }
        self.assertEqual(rows.keys(), {*(f"indicator_{code}" for code in expected), "counted"})
        for code, condition in expected.items():
            self.assertLine(rows, f"indicator_{code}", [one for one in self._entered() if condition(one)])

    def _results(self):
        def disadvantaged(one):
            names = ("foreign_background", "minority", "disability", "other_disadvantage")
            return "yes" in [one[f"entry_{name}"] for name in names]

        results = {
            "CR01": lambda one: one["exit_job_searching"] == "yes" and one["entry_employment"] in INACTIVE,
            "CR02": lambda one: (
                one["exit_destination"] in IN_EDUCATION
                and one["entry_employment"] not in ("pupil", "inactive_training")
            ),
            "CR03": lambda one: one["exit_qualification"] in ("certificate", "school", "vocational"),
            "CR04": lambda one: one["exit_employment"] == "employed" and one["entry_employment"] != "employed",
        }
        single = dict(results)
        return results | {
            "CR05": lambda one: disadvantaged(one) and any(condition(one) for condition in single.values())
        }

    def test_result_indicators_of_2014(self):
        rows = self._rows(self._sections(self.report), "result")
        for code, condition in self._results().items():
            people = [one for one in self._left() if condition(one)]
            self.assertTrue(people, code)
            self.assertLine(rows, f"indicator_{code}", people)

    def test_follow_up_shows_where_the_programme_asks_for_it(self):
        rows = self._rows(self._sections(self.report), "follow_up")
        due = [one for one in self.people if self._within(one["follow_up_due_date"]) and one["is_counted"]]
        later = [one for one in due if one["follow_up_employment"] == "employed"]
        self.assertTrue(later)
        self.assertLine(rows, "followed_up", due)
        self.assertLine(rows, "indicator_CR06", [one for one in later if one["entry_employment"] != "employed"])
        self.programme.follow_up_months = 0
        self.assertNotIn(
            "follow_up", [table["key"] for section in self._sections(self.report) for table in section["tables"]]
        )

    def test_esf_plus_counts_by_other_ages_and_non_binary_persons_apart(self):
        self.programme.indicator_set_id = self.env.ref("justiq.indicators_esf_plus")
        rows = self._rows(self._sections(self.report), "output")
        for code, condition in {
            "EECO06": lambda one: one["age_at_entry"] < 18,
            "EECO07": lambda one: 18 <= one["age_at_entry"] <= 29,
            "EECO09": lambda one: one["entry_education"] in ("isced_0", "isced_1", "isced_2"),
        }.items():
            people = [one for one in self._entered() if condition(one)]
            genders = Counter(one["gender"] for one in people)
            cells = rows[f"indicator_{code}"]
            self.assertEqual(cells["total"], len(people), code)
            for gender in ("female", "male", "diverse", "not_stated"):
                self.assertEqual(cells[gender], genders[gender], (code, gender))

    def test_a_programme_without_indicators_has_the_other_tables(self):
        self.programme.indicator_set_id = False
        keys = [section["key"] for section in self._sections(self.report)]
        self.assertEqual(keys, ["persons", "participations", "outcomes", "list"])

    def test_outcomes(self):
        rows = self._rows(self._sections(self.report), "destination")
        for code, _label in DESTINATION:
            self.assertLine(
                rows, f"exit_destination_{code}", [one for one in self._left() if one["exit_destination"] == code]
            )
        self.assertLine(rows, "left_counted", self._left())
        rows = self._rows(self._sections(self.report), "improved")
        self.assertLine(rows, "exit_improved_yes", [one for one in self._left() if one["exit_improved"] == "yes"])
        self.assertLine(rows, "exit_improved_missing", [one for one in self._left() if not one["exit_improved"]])

    def test_participations_and_persons_apart(self):
        rows = self._rows(self._sections(self.report), "participations")
        counted = {one["id"] for one in self.people if one["is_counted"]}
        begun = [one for one in self.participations if self._within(one["date_start"])]
        for code in ("CM", "ASJ", "CL", "MP"):
            baustein = self.bausteine[code]
            mine = [one for one in begun if one["baustein_id"] == baustein.id and one["enrolment_id"] in counted]
            self.assertLine(rows, f"baustein_{baustein.id}", mine)
            self.assertEqual(rows[f"baustein_{baustein.id}"]["persons"], len({one["enrolment_id"] for one in mine}))
        of_counted = [one for one in begun if one["enrolment_id"] in counted]
        self.assertLine(rows, "participations", of_counted)
        self.assertEqual(rows["participations"]["persons"], len({one["enrolment_id"] for one in of_counted}))
        self.assertLine(rows, "others", [one for one in begun if one["enrolment_id"] not in counted])

    def test_low_threshold_contacts_are_heads(self):
        rows = self._rows(self._sections(self.report), "outreach")
        self.assertEqual(rows["heads"], {"label": "Total", "contacts": 3, "heads": 12, "hours": "1.50"})
        self.assertEqual(rows[f"heads_{self.bausteine['ASJ'].id}"]["heads"], 7)

    def test_course_over_time(self):
        rows = self._rows(self._sections(self.report), "timeline")
        self.assertEqual(len(rows), 12)
        for month in range(1, 13):
            cells = rows[f"time_2020-{month:02}-01"]
            for name, column in (("date_entry", "entered"), ("date_exit", "left")):
                expected = [
                    one
                    for one in self.people
                    if one["is_counted"] and one[name] and (one[name].year, one[name].month) == (2020, month)
                ]
                self.assertEqual(cells[column], len(expected), (month, column))
        there = [
            one
            for one in self.people
            if one["is_counted"]
            and one["date_entry"] <= date(2020, 12, 31)
            and (one["date_exit"] or date.max) > date(2020, 12, 31)
        ]
        self.assertEqual(rows["time_2020-12-01"]["there"], len(there))

    def test_a_longer_period_goes_by_quarters(self):
        rows = self._rows(self._sections(), "timeline")
        self.assertEqual(len(rows), 14)
        counted = sum(one["is_counted"] for one in self.people)
        self.assertEqual(sum(cells["entered"] for cells in rows.values()), counted)

    def test_every_number_opens_as_many_persons_as_it_counts(self):
        checked = 0
        for _path, _section, table in figures.tables(self._sections(self.report)[:-1]):
            counting = [one for one in table["columns"] if one["type"] == "integer" and "sum" not in one]
            for row, column in product(table["rows"], counting):
                if row["cells"].get(column["key"]) is None:
                    continue
                for way in drill.ways(row, column):
                    opened = self.env[way["model"]].search_count(way["domain"])
                    self.assertEqual(opened, row["cells"][column["key"]], (table["key"], row["key"], column["key"]))
                    checked += 1
        self.assertGreater(checked, 150)

    def test_special_categories_are_numbers_without_a_way_to_the_persons(self):
        for section in self._sections(self.report):
            for table in section["tables"]:
                for row in table["rows"]:
                    if row["key"] in ("indicator_CO15", "indicator_CO16", "indicator_CO17", "indicator_CR05"):
                        self.assertNotIn("drill", row)
                    domain = str((row.get("drill") or {}).get("domain"))
                    self.assertNotIn("disability", domain)

    def test_the_number_of_queries_does_not_grow(self):
        self.env["justiq.figures.statistics"]._sections(self.report)
        with self.assertQueryCount(25):
            self.env.invalidate_all()
            self._sections(self.report)

    # ------------------------------------------------------------
    # For the public
    # ------------------------------------------------------------

    def test_public_report_shows_no_small_number(self):
        sections = self._sections(self._report(**self.period, is_for_outside=True))
        shown = hidden = 0
        for section in sections:
            for table in section["tables"]:
                counts = [column["key"] for column in table["columns"] if column["type"] == "integer"]
                for row in table["rows"]:
                    self.assertNotIn("drill", row)
                    for key in counts:
                        number = row["cells"].get(key)
                        self.assertNotIn(number, (1, 2), (table["key"], row["key"], key))
                        hidden += number == "•"
                        shown += number != "•"
        self.assertGreater(hidden, 10)
        self.assertGreater(shown, hidden)
        self.assertNotIn("list", [section["key"] for section in sections])

    def test_public_report_still_tells_how_many_count(self):
        sections = self._sections(self._report(**self.period, is_for_outside=True))
        self.assertEqual(self._rows(sections, "counted")["counted"]["total"], len(self._entered()))
        sections = self._sections(self._report(is_for_outside=True))
        self.assertNotEqual(self._rows(sections, "target")["target"]["reached"], "•")

    def test_public_report_protects_with_the_limit_of_the_programme(self):
        self.programme.small_number = 1
        sections = self._sections(self._report(**self.period, is_for_outside=True))
        cells = [row["cells"] for section in sections for table in section["tables"] for row in table["rows"]]
        self.assertNotIn("•", json.dumps(cells, ensure_ascii=False))
