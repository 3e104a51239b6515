"""Reports and samples on paper: PDF with a font of its own, for names in any European script."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace

from stackroom.audit.telling import Entry
from stackroom.core.controls import Bar
from stackroom.oversight.reports.documents import told
from stackroom.oversight.reports.schemas import (
    FindingOut,
    NoteOut,
    RunOut,
    SampleOut,
    SignOffOut,
)

FONT = Path(__file__).parent / "fonts" / "DejaVuSansCondensed.ttf"
ROWS_AT_MOST = 500
"""On paper; the spreadsheet holds all."""
BARS_AT_MOST = 20
WIDE = 269
"""Millimetres between the margins of A4 across."""
LINE = 5


class Paper(FPDF):
    """A4 across, with the organisation's name and the page's number at its foot."""

    def __init__(self, organisation: str, title: str, made_at: datetime) -> None:
        super().__init__(orientation="landscape", format="A4")
        self.organisation = organisation
        self.set_title(title)
        self.set_lang("en-GB")
        self.set_creation_date(made_at)  # so that the same paper has the same bytes
        self.set_margins(14, 14)
        self.set_auto_page_break(True, 16)
        self.add_font("Paper", fname=FONT)
        self.set_font("Paper", size=9)
        self.add_page()
        self.heading(title, 16)

    def footer(self) -> None:
        self.set_y(-12)
        self.set_font_size(8)
        self.cell(WIDE, LINE, f"{self.organisation} · page {self.page_no()} of {{nb}}", align="R")

    def heading(self, words: str, size: int = 12) -> None:
        self.ln(2)
        self.set_font_size(size)
        self.text_lines(words, size / 2)
        self.set_font_size(9)

    def text_lines(self, words: str, height: float = LINE) -> None:
        self.multi_cell(WIDE, height, words, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def facts(self, facts: Iterable[tuple[str, str]]) -> None:
        for term, value in facts:
            if value:
                self.text_lines(f"{term}: {value}")

    def grid(
        self, headings: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[str]]
    ) -> None:
        self.ln(1)
        shaded = FontFace(fill_color=(232, 232, 232))  # no second font for the sake of a bold line
        with self.table(
            col_widths=tuple(widths), line_height=LINE, align="LEFT", headings_style=shaded
        ) as table:
            for cells in (headings, *rows):
                table.row(cells)

    def bars(self, bars: Sequence[Bar]) -> None:
        most = max((bar.value for bar in bars), default=0) or 1
        for bar in bars[:BARS_AT_MOST]:
            mark = ", stands out" if bar.outlier else ""
            self.text_lines(f"{bar.label}: {told(bar.value)}{mark}")
            self.rect(self.get_x(), self.get_y(), max(WIDE * bar.value / most, 0.2), 2, style="F")
            self.ln(4)

    def bytes(self) -> bytes:
        return bytes(self.output())


def report(
    organisation: str,
    run: RunOut,
    findings: Sequence[FindingOut],
    notes: Sequence[NoteOut],
    sign_offs: Sequence[SignOffOut],
) -> bytes:
    zone = ZoneInfo(run.time_zone)
    paper = Paper(organisation, run.title, run.finished_at or run.asked_at)
    paper.facts(_about(run, zone))
    for each in run.notes:
        paper.text_lines(each)
    if run.bars:
        paper.heading(run.measure.capitalize())
        paper.bars(run.bars)
    paper.heading(f"{len(findings)} findings")
    if len(findings) > ROWS_AT_MOST:
        paper.text_lines(f"The first {ROWS_AT_MOST}; the spreadsheet holds all.")
    columns, widths = ("No.", "What", "Who", "When", "Record", "Figures"), (5, 28, 15, 14, 18, 20)
    paper.grid(columns, widths, [_finding(row, zone) for row in findings[:ROWS_AT_MOST]])
    _notes(paper, notes, zone)
    if sign_offs:
        paper.heading("Sign-off")
    for signed in sign_offs:
        words = f"{in_words(signed.conclusion)}, {signed.signed_by}, {when(signed.signed_at, zone)}"
        paper.text_lines(f"{words}. {signed.text}")
    return paper.bytes()


def sample(organisation: str, drawn: SampleOut, told_entries: Sequence[Entry]) -> bytes:
    zone = ZoneInfo("UTC")
    paper = Paper(organisation, f"Sample of {len(drawn.units)}", drawn.drawn_at)
    paper.facts(
        [
            ("Seed", drawn.seed), ("Population", f"{drawn.population:,}"),
            ("Run", str(drawn.control_run_id or "")),
            ("Filters", ", ".join(f"{k} {v}" for k, v in drawn.asked.items())),
            ("Units", ", ".join(drawn.units)), ("Method", drawn.method),
            ("Drawn by", f"{drawn.drawn_by}, {when(drawn.drawn_at, zone)} UTC"),
        ]
    )  # fmt: skip
    paper.heading(f"{len(told_entries)} entries, times in UTC")
    rows = [
        [each.line.id, when(each.by.at, zone), each.by.who, each.sentence, each.by.reason]
        for each in told_entries[:ROWS_AT_MOST]
    ]
    paper.grid(("Entry", "When", "Who", "What", "Reason"), (20, 14, 16, 35, 15), rows)
    return paper.bytes()


def _about(run: RunOut, zone: ZoneInfo) -> list[tuple[str, str]]:
    settings = ", ".join(f"{name.replace('_', ' ')} {it}" for name, it in run.parameters.items())
    return [
        ("From", when(run.since, zone)), ("Until", f"{when(run.until, zone)}, {run.time_zone}"),
        ("Library", run.library or "all"), ("Parameters", settings),
        ("Looked at", f"{run.looked_at:,}" if run.looked_at is not None else ""),
        ("Asked for by", f"{run.asked_by}, {when(run.asked_at, zone)}"),
        ("SHA-256 of the findings", run.sha256),
    ]  # fmt: skip


def _finding(row: FindingOut, zone: ZoneInfo) -> list[str]:
    figures = ", ".join(f"{each.name} {told(each.value)}" for each in row.figures)
    what = f"{row.what} (stands out)" if row.outlier else row.what
    at = when(row.at, zone) if row.at else ""
    return [str(row.number), what, row.who, at, row.subject, figures]


def _notes(paper: Paper, notes: Sequence[NoteOut], zone: ZoneInfo) -> None:
    if notes:
        paper.heading("Notes of the auditors")
    for note in notes:
        about = f"On finding {note.finding}. " if note.finding else ""
        corrects = "Corrects an earlier note. " if note.corrects_id else ""
        by = f"{note.written_by}, {when(note.written_at, zone)}"
        paper.text_lines(f"{about}{corrects}{note.text} ({by})")


def when(at: datetime, zone: ZoneInfo) -> str:
    there = at.astimezone(zone)
    return f"{there.day} {there:%b %Y, %H:%M}"


def in_words(key: str) -> str:
    return key.replace("_", " ").capitalize()
