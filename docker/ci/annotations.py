"""Shows a JUnit report's failures where GitHub shows annotations: python3 annotations.py junit.xml NOTEBOOK

Prints GitHub's workflow commands, one for each failed cell; GitLab reads the report itself. What a notebook printed is data: nothing in it
can become a command. Where $GITHUB_STEP_SUMMARY names a file, a table of the cells is added to it.
"""

import os
import re
import sys
import xml.etree.ElementTree as tree

LONGEST = 4000  # characters of a message; GitHub cuts at 64 KB, and a reader long before


def escape(text, property=False):
    """Escapes what GitHub's runner reads as the end of a message or of a property."""
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if property else text


def failures(case):
    return [child for child in case if child.tag in ("failure", "error")]


def command(case, failure, notebook):
    text = failure.text or failure.get("message") or "failed"
    if len(text) > LONGEST:
        text = text[:LONGEST] + " …"
    return f"::error file={escape(notebook, True)},title={escape(case.get('name', ''), True)}::{escape(text)}"


def row(case):
    outcome = "failed" if failures(case) else "not run" if case.find("skipped") is not None else "ok"
    name = re.sub(r"[^\w .-]", "_", case.get("name", ""))
    return f"| {name} | {outcome} | {float(case.get('time') or 0):.1f} s |\n"


def main(report, notebook):
    cases = list(tree.parse(report).iter("testcase"))
    for case in cases:
        for failure in failures(case):
            print(command(case, failure, notebook))
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        with open(summary, "a", encoding="utf-8") as out:
            out.write(f"### {os.path.basename(notebook)}\n\n| cell | | time |\n|---|---|---|\n")
            out.writelines(row(case) for case in cases)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__.splitlines()[0])
    main(*sys.argv[1:])
