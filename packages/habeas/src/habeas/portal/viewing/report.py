"""The report of an export for people: a PDF (ISO 32000) in the officer's language.

It repeats in words what the bundle proves, and says how to check it. It proves nothing by itself.
"""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from habeas.cameras.exports import Export
from habeas.portal.cameras.shown import ShownCamera, office_name
from habeas.protocol.clip import ClipProof
from habeas.protocol.looks import ExportPurpose

_FONTS = Path(__file__).with_name("fonts")
#: Millimetres on A4, and points of the letters.
_MARGIN, _FIRST, _LINE = 20.0, 48.0, 5.6
_TEXT, _SMALL, _TITLE, _HEAD = 10.5, 8.0, 18.0, 12.5


def name_of(export: Export) -> str:
    """What the bundle's file is called."""
    return f"{export.camera}-{export.request.start:%Y-%m-%d-%H%M%S}.zip"


class _Paper(FPDF):
    """Pages with a number below."""

    def footer(self) -> None:
        """The page's number."""
        self.set_y(-14)
        self.set_font("text", size=_SMALL)
        self.cell(0, 6, str(self.page_no()), align="C")


def pdf(export: Export, proof: ClipProof, camera: ShownCamera) -> bytes:
    """The report, in the language that is spoken now."""
    paper = _paper(_("Recordings of a camera, handed over"))
    handover = proof.handover
    _heading(paper, _("What it is"))
    _pair(paper, _("Camera"), f"{camera.name} ({proof.camera})")
    _pair(paper, _("Place"), str(camera.where))
    _pair(paper, _("From"), _utc(handover.start))
    _pair(paper, _("Until"), _utc(handover.end))
    segments = [one.record for each in proof.hours for one in each.segments]
    seconds = sum(each.milliseconds for each in segments) / 1000
    _pair(paper, _("Recorded of it"), f"{seconds:.1f} s")
    _pair(paper, _("Pictures"), str(sum(each.frames for each in segments)))
    _pair(paper, capfirst(_("lost")), str(sum(each.lost for each in segments)))
    _pair(paper, capfirst(_("covered as a whole")), str(sum(each.whole for each in segments)))
    _heading(paper, _("For whom, and why"))
    _pair(paper, _("Handed over to"), _to(export.request.purpose))
    _pair(paper, _("By"), f"{office_name(export.viewer.office)}, {handover.officer}")
    _pair(paper, _("Number"), handover.case_number)
    _pair(paper, _("Reason"), handover.reason)
    _heading(paper, _("What stands on the public log"))
    _pair(paper, _("Export"), _entry(export.index or 0))
    _pair(paper, _("Day"), f"{export.asked:%Y-%m-%d} UTC")
    for each in proof.hours:
        _pair(paper, each.hour, f"{_('segments')}: {len(each.segments)}")
    _heading(paper, _("What it shows, and what it does not"))
    for words in (
        _("Faces were covered before anything was written. There is no uncovered picture."),
        _("A face that was not found is not covered: the camera’s page says how many that are."),
        _("Sound is not recorded."),
        _("Times are those at which pictures arrived, by the recorder’s clock."),
    ):
        _paragraph(paper, f"– {words}")
    _heading(paper, _("How to check it"))
    _paragraph(
        paper,
        _(
            "The file with this report holds the recorded segments and their proof. A computer "
            "that has Habeas and nothing else checks it, without a network:"
        ),
    )
    _paragraph(paper, f"habeas verify {name_of(export)} --pin circle.txt")
    _paragraph(
        paper,
        _(
            "The file circle.txt, or the key of a trustee, must come from a trustee, and not from "
            "whoever gave you the clip. This report alone proves nothing."
        ),
    )
    _segments(paper, proof)
    return bytes(paper.output())


def _paper(title: str) -> FPDF:
    paper = _Paper(format="A4")
    paper.set_margin(_MARGIN)
    paper.set_auto_page_break(auto=True, margin=_MARGIN)
    paper.add_font("text", fname=_FONTS / "DejaVuSans.ttf")
    paper.add_font("text", style="B", fname=_FONTS / "DejaVuSans-Bold.ttf")
    paper.set_title(title)
    paper.set_lang(get_language() or settings.LANGUAGE_CODE)
    paper.set_creator("Habeas")
    paper.add_page()
    paper.set_font("text", "B", _TITLE)
    paper.multi_cell(0, 9, title, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    return paper


def _heading(paper: FPDF, words: str) -> None:
    paper.ln(4)
    paper.set_font("text", "B", _HEAD)
    paper.multi_cell(0, 7, words, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _pair(paper: FPDF, name: str, value: str) -> None:
    paper.set_font("text", "B", _TEXT)
    top, page = paper.get_y(), paper.page
    paper.multi_cell(_FIRST, _LINE, name, align="L", new_x=XPos.RIGHT, new_y=YPos.TOP)
    below = paper.get_y() if paper.page != page else top
    paper.set_xy(_MARGIN + _FIRST, below)
    paper.set_font("text", size=_TEXT)
    paper.multi_cell(0, _LINE, value or "–", align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _paragraph(paper: FPDF, words: str) -> None:
    paper.set_font("text", size=_TEXT)
    paper.multi_cell(0, _LINE, words, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _segments(paper: FPDF, proof: ClipProof) -> None:
    _heading(paper, _("Segments, with their SHA-256"))
    paper.set_font("text", size=_SMALL)
    for each in proof.hours:
        for one in each.segments:
            clock = one.record.name
            at = f"{each.hour[:10]} {clock[:2]}:{clock[2:4]}:{clock[4:10]}"
            paper.cell(0, 4, f"{at}  {one.record.sha256}", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _utc(moment: str) -> str:
    return f"{moment[:10]} {moment[11:19]} UTC"


def _entry(index: int) -> str:
    return f"#{index}, {settings.SITE.portal}/register/entries/{index}/"


def _to(purpose: ExportPurpose) -> str:
    return {
        ExportPurpose.COURT: _("a court"),
        ExportPurpose.POLICE: _("the police"),
        ExportPurpose.SUBJECT_ACCESS: _("the person filmed, who asked for it"),
    }[purpose]
