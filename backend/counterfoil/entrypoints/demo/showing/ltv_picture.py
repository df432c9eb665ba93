"""The picture of a loan against goods: debt against value over time, with the limits of the agreement."""

from __future__ import annotations

from datetime import datetime

from lxml import etree

from counterfoil.entrypoints.demo.goods.loan import exact_percent, percent
from counterfoil.entrypoints.demo.showing.markup import element
from counterfoil.entrypoints.demo.showing.result import CourseRow, FacilityRow

_WIDTH, _HEIGHT = 1040.0, 272.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 52.0, 188.0, 22.0, 44.0
_HIGHEST_BPS = 10_000
_GRID_BPS = 2_000
_DAY_S = 86_400
_DAY_WIDTH = 40.0
_DAY_ROW = 14.0


def ltv_picture(loan: FacilityRow) -> etree._Element:
    """Loan-to-value from drawdown to the last repayment; a step, because nothing changes in between.

    Interest makes it rise a little between two points; that is not drawn.
    """
    times = [datetime.fromisoformat(step.at).timestamp() for step in loan.course]
    begin, end = min(times), max(*times, min(times) + _DAY_S)

    def x(at: float) -> float:
        return _LEFT + (at - begin) / (end - begin) * (_WIDTH - _LEFT - _RIGHT)

    picture = element(
        "svg",
        element("title", "Loan-to-value"),
        class_="course",
        viewBox=f"0 0 {_WIDTH:.0f} {_HEIGHT:.0f}",
        role="img",
        aria_label="Loan-to-value over time, with drawdown limit and margin call limit",
    )
    for bps in range(0, _HIGHEST_BPS + 1, _GRID_BPS):
        picture.append(_line(_LEFT, _WIDTH - _RIGHT, _y(bps), "grid"))
        picture.append(
            element("text", percent(bps), class_="held", x=_LEFT - 8, y=_y(bps) + 4, text_anchor="end")
        )
    for bps, name, kind, shift in (
        (loan.call_ltv_bps, "margin call above", "call", -2.0),
        (loan.draw_ltv_bps, "drawdown limit", "limit", 11.0),
    ):
        picture.append(_line(_LEFT, _WIDTH - _RIGHT, _y(bps), kind))
        picture.append(
            element("text", f"{name} {percent(bps)}", class_="held", x=_WIDTH - _RIGHT + 8, y=_y(bps) + shift)
        )
    picture.append(element("path", class_="ltv", d=_steps([x(at) for at in times], loan.course)))
    for at, step in zip(times, loan.course, strict=True):
        picture.append(element("circle", class_="ltv", cx=x(at), cy=_y(step.ltv_bps), r=4.0))
    places = [x(at) for at in times]
    picture.extend([*_figures(places, loan.course), *_days(places, loan.course)])
    return picture


def _y(ltv_bps: int) -> float:
    share = min(ltv_bps, _HIGHEST_BPS) / _HIGHEST_BPS
    return _TOP + (1 - share) * (_HEIGHT - _TOP - _BOTTOM)


def _line(left: float, right: float, y: float, kind: str) -> etree._Element:
    return element("line", class_=kind, x1=left, x2=right, y1=y, y2=y)


def _steps(places: list[float], course: tuple[CourseRow, ...]) -> str:
    drawn = [f"M {places[0]:.1f} {_y(course[0].ltv_bps):.1f}"]
    for place, step in zip(places[1:], course[1:], strict=True):
        drawn.append(f"H {place:.1f} V {_y(step.ltv_bps):.1f}")
    return " ".join(drawn)


def _figures(places: list[float], course: tuple[CourseRow, ...]) -> list[etree._Element]:
    """Each point's figure below it on its right, where no line of a step runs; the last one's on its left."""
    found = []
    for place, step in zip(places[:-1], course[:-1], strict=True):
        found.append(
            element(
                "text", exact_percent(step.ltv_bps), class_="amount", x=place + 8, y=_y(step.ltv_bps) + 17
            )
        )
    last = course[-1]
    text = exact_percent(last.ltv_bps) if last.debt_minor else "paid"
    found.append(
        element("text", text, class_="amount", x=places[-1] - 9, y=_y(last.ltv_bps) - 8, text_anchor="end")
    )
    return found


def _days(places: list[float], course: tuple[CourseRow, ...]) -> list[etree._Element]:
    """Days below the axis; one that would touch the day before it moves a row down."""
    found, ends = [], 0.0
    for place, step in zip(places, course, strict=True):
        touches = place - _DAY_WIDTH / 2 < ends
        if not touches:
            ends = place + _DAY_WIDTH / 2
        y = _HEIGHT - _BOTTOM + 20.0 + (_DAY_ROW if touches else 0.0)
        found.append(element("text", step.at[5:10], class_="held", x=place, y=y, text_anchor="middle"))
    return found
