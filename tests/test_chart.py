from itertools import combinations

from lxml import etree

from odoo.tests import BaseCase, tagged

from ..tools.chart import FILLS, chart_picture

YEARS = ("2019", "2020", "2021")


@tagged("post_install", "-at_install")
class TestChart(BaseCase):
    """Pictures that screen and paper show, readable in black and white."""

    def _draw(self, kind, *series, categories=YEARS):
        chart = {
            "title": "Money <& more>",
            "kind": kind,
            "categories": categories,
            "series": [{"label": label, "values": values} for label, values in series],
        }
        return etree.fromstring(chart_picture(chart, lambda number: f"{number:,}".replace(",", ".")))

    def _texts(self, drawn):
        return [node.text for node in drawn.iter("{*}text")]

    def _marks(self, drawn, tag):
        return list(drawn.iter(f"{{*}}{tag}"))

    def test_each_picture_tells_its_content_in_words(self):
        for kind in ("bars", "stacked", "lines"):
            drawn = self._draw(kind, ("CM", ["1200.50", 7, None]))
            title = drawn[0].text
            self.assertIn("Money <& more>", title)
            self.assertIn("CM: 2019 1.201, 2020 7, 2021 •", title)

    def test_numbers_are_written_as_the_tables_write_them(self):
        for kind in ("bars", "stacked", "lines"):
            drawn = self._draw(kind, ("CM", ["816082.51", "20000", "0"]), ("MP", ["1", "1", "1"]))
            self.assertFalse([text for text in self._texts(drawn) if "\u202f" in text or "," in text], kind)
        self.assertIn("816.083", self._texts(self._draw("bars", ("CM", ["816082.51", "20000", "0"]))))

    def test_a_part_that_is_all_of_it_has_its_number_once(self):
        drawn = self._draw("stacked", ("CM", ["310", "0", "0"]), ("MP", ["0", "100", "200"]))
        self.assertEqual(self._texts(drawn).count("310"), 1)

    def test_four_parts_differ_in_grey(self):
        """Neighbours differ in brightness by a fifth at least, or by hatching."""

        def look(number):
            fill, hatched = FILLS[number]
            red, green, blue = (int(fill[place : place + 2], 16) for place in (1, 3, 5))
            return (0.3 * red + 0.59 * green + 0.11 * blue) / 255, hatched

        for one, other in combinations(range(4), 2):
            (grey, hatched), (other_grey, other_hatched) = look(one), look(other)
            self.assertTrue(abs(grey - other_grey) > 0.15 or hatched != other_hatched, (one, other))

    def test_bars_carry_their_numbers(self):
        drawn = self._draw("bars", ("Persons", [12, 0, None]))
        texts = self._texts(drawn)
        for text in (*YEARS, "12", "0", "•"):
            self.assertIn(text, texts)
        widths = [float(bar.get("width")) for bar in self._marks(drawn, "rect")]
        self.assertEqual([width > 0 for width in widths], [True, False, False])

    def test_stacked_parts_reach_the_total(self):
        drawn = self._draw("stacked", ("CM", ["100", "200", "0"]), ("MP", ["50", "100", "0"]))
        self.assertIn("150", self._texts(drawn))
        self.assertIn("300", self._texts(drawn))
        parts = [node for node in self._marks(drawn, "rect") if float(node.get("width")) > 16]
        heights = [float(part.get("height")) for part in parts]
        self.assertAlmostEqual(heights[0], 2 * heights[1], delta=0.2)
        self.assertEqual(len({part.get("fill") for part in parts}), 2)

    def test_lines_differ_by_dashes_and_points(self):
        drawn = self._draw("lines", ("Entered", [1, 4, 2]), ("Left", [0, 1, 3]))
        dashes = {
            line.get("stroke-dasharray") for line in self._marks(drawn, "line") if line.get("stroke-width") == "2"
        }
        self.assertEqual(len(dashes), 2)
        self.assertTrue(self._marks(drawn, "circle"))
        self.assertTrue(self._marks(drawn, "rect"))

    def test_a_left_out_number_is_a_gap(self):
        with_gap = self._draw("lines", ("Entered", [1, None, 2]))
        strokes = [line for line in self._marks(with_gap, "line") if line.get("stroke-width") == "2"]
        self.assertEqual(len(strokes), 1, "only the sample of the legend")

    def test_nothing_at_all_is_a_picture_too(self):
        for kind in ("bars", "stacked", "lines"):
            self._draw(kind, ("Persons", []), categories=[])
            self._draw(kind, ("Persons", [0, 0, 0]))

    def test_many_quarters_have_few_labels(self):
        categories = [f"Q{number}" for number in range(28)]
        drawn = self._draw("lines", ("Entered", list(range(28))), categories=categories)
        self.assertLessEqual(len([text for text in self._texts(drawn) if text.startswith("Q")]), 12)
