"""What was measured, as a table in Markdown."""

import json
import os
import platform
from datetime import date
from pathlib import Path


def keep(path, grants, results):
    """Add the results of so many grants to those that the file holds."""
    kept = load(path)
    kept[str(grants)] = {"|".join((group, title)): result for (group, title), result in results.items()}
    path.write_text(json.dumps(kept, indent=1, ensure_ascii=False))


def load(path):
    return json.loads(path.read_text()) if path.exists() else {}


def lines(path, sizes, notes):
    """Markdown: one section per group; each row with both numbers of grants, growth, and the ratio to the bare query.

    :param sizes: rows of the big tables, as text
    :param notes: lines below the tables
    """
    kept = load(path)
    numbers = sorted(kept, key=int)
    few, many = kept[numbers[0]], kept[numbers[-1]]
    yield "# Benchmark"
    yield ""
    yield f"{numbers[-1]} grants: {sizes}."
    yield f"Measured on {date.today()}: {machine()}."
    yield (
        "Each time is the quickest of three runs after one to warm up, as a request of its own with all that it writes"
        " at its end; it depends on what else the machine does. Queries and rows do not: *rows* are those that"
        " PostgreSQL reads of tables for one run, without those that its parallel helpers read. *Bare* is plain SQL for"
        " the same figures (where they need several queries, all of these), for the same page of a list with its number"
        " of rows, or for the row of a form; without rights, labels and formats. For a PDF it is the PDF engine alone"
        " on the same HTML. A line is marked where queries or rows grow with the database."
    )
    groups = dict.fromkeys(key.partition("|")[0] for key in many)
    for group in groups:
        yield from ("", f"## {group}", "", heading(numbers), "| --- |" + " ---: |" * 8)
        for key, after in many.items():
            own, _bar, title = key.partition("|")
            if own == group:
                yield row(title, few.get(key), after)
    yield ""
    yield from notes


def machine():
    """What it ran on, and how busy that was: other work on the machine lengthens all times."""
    info = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    model = next((line.partition(": ")[2] for line in info.splitlines() if line.startswith("model name")), "")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} processors {model or platform.machine()}, {memory:.0f} GB, Python"
        f" {platform.python_version()}, {os.getloadavg()[2]:.1f} processes waiting or running in the last 15 minutes"
    )


def heading(numbers):
    first, last = f"{numbers[0]} grant(s)", f"{numbers[-1]} grants"
    columns = [f"{what}, {number}" for what in ("ms", "queries", "rows") for number in (first, last)]
    return f"| What | {' | '.join(columns)} | Bare ms | Ratio |"


def row(title, before, after):
    seconds, queries, rows, bare = after
    old_seconds, old_queries, old_rows, _bare = before or (None, None, None, None)
    grows = before and (queries > old_queries + 2 or rows > 3 * old_rows + 1000)
    cells = (
        f"**{title}** !" if grows else title,
        milliseconds(old_seconds),
        milliseconds(seconds),
        "" if old_queries is None else old_queries,
        queries,
        "" if old_rows is None else f"{old_rows:,}",
        f"{rows:,}",
        milliseconds(bare),
        f"{seconds / bare:.1f}" if bare else "",
    )
    return f"| {' | '.join(map(str, cells))} |"


def milliseconds(seconds):
    return "" if seconds is None else f"{1000 * seconds:,.1f}"
