"""What a crawl may find again: only what docs/security/crawl.md answers, with a reason."""

from bench.answered import answers
from tests.places import ROOT

PAGE = (ROOT / "docs" / "security" / "crawl.md").read_text()
ROW = "| `Kind` | portal, operator | `is not set: [ab]` | a reason |"


def test_each_row_of_the_page_answers():
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    assert len(answers(PAGE)) == len(rows) > 0


def test_an_answer_is_for_its_kind_its_sites_and_all_that_is_said():
    (answer,) = answers(f"| finding |\n{ROW}\n")
    assert answer.fits("operator", "Kind", "is not set: b")
    for site, kind, said in (
        ("trustee", "Kind", "is not set: a"), ("portal", "Other", "is not set: a"),
        ("portal", "Kind", "is not set: c"), ("portal", "Kind", "is not set: a, and b"),
    ):  # fmt: skip
        assert not answer.fits(site, kind, said)


def test_a_row_without_a_reason_answers_nothing():
    assert answers("| `Kind` | portal | `.*` |  |\n") == ()
