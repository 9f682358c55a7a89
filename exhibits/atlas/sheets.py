"""Sheets: which exhibits an outcome gives, in the order of an atlas, and why some are left out."""

from functools import partial

from exhibits.atlas import (
    circle_sheets,
    city_sheets,
    facility_sheets,
    presence_sheets,
    rule_sheets,
    site_sheets,
    street_sheets,
)
from exhibits.atlas.board import Board, Sheet, finest_levels, main_group
from exhibits.classes import shown_groups
from exhibits.suggested import classes_after, suggested, suggested_group

LeftOut = tuple[str, str]  # title and reason


def sheets(board: Board) -> tuple[list[Sheet], list[LeftOut]]:
    """Return the sheets of an atlas, and what was left out with the reason."""
    outcome, levels = board.outcome, finest_levels(board)
    sites, main = outcome.sites, main_group(board.outcome)
    table = suggested(outcome)
    found = [
        _one(board, "01", "scope", city_sheets.scope),
        _one(board, "02", "elders", city_sheets.elders)
        if outcome.city.residential["elders"].notna().any()
        else _without(board, "elders", "why_elders"),
        _one(board, "03", "facilities", facility_sheets.facilities)
        if (sites["layer"] == "facilities").any()
        else _without(board, "facilities", "why_facilities"),
        _one(board, "04", "medical", facility_sheets.medical)
        if (sites["layer"] == "medical").any()
        else _without(board, "medical", "why_medical"),
        *_circles(board),
        _one(board, "06", "blind", circle_sheets.blind) if main else _without(board, "blind", "why_group"),
        _one(board, "07", "quota", rule_sheets.quota)
        if outcome.judgement is not None
        else _without(board, "quota", "why_policy"),
        *_presence(board, levels, main),
        _one(board, "09", "sites", site_sheets.sites)
        if table is not None and len(table)
        else _without(board, "sites", "why_sites"),
        _one(board, "10", "before_after", site_sheets.before_after)
        if table is not None and classes_after(outcome, suggested_group(outcome)) is not None
        else _without(board, "before_after", "why_sites"),
        *(street_sheets.sheets(board) if main and "street" in levels else [_without(board, "streets", "why_streets")]),
        _one(board, "12", "near_term", site_sheets.near_term)
        if (table is not None and len(table)) or len(site_sheets.coming_sites(board))
        else _without(board, "near_term", "why_near_term"),
    ]
    return [one for one in found if isinstance(one, Sheet)], [one for one in found if not isinstance(one, Sheet)]


def _one(board: Board, number: str, title: str, draw: object) -> Sheet:
    return Sheet(number, board.word(f"title_{title}"), draw)  # type: ignore[arg-type]  # a function of board and sheet


def _without(board: Board, title: str, why: str) -> LeftOut:
    return board.word(f"title_{title}"), board.word(why)


def _circles(board: Board) -> list[Sheet | LeftOut]:
    """Return a sheet of the circle for every group of elder care, the main one first."""
    shown, main = shown_groups(board.outcome), main_group(board.outcome)
    if not main:
        return [(board.word("title_circle_plain"), board.word("why_group"))]
    groups = [main, *(group for group in shown if group not in {main, "medical"})]
    most = f"{board.outcome.limits_s[-1] / 60:g}"
    return [
        Sheet(
            f"05-{number}" if len(groups) > 1 else "05",
            board.word("title_circle", most=most, group=board.label("group", group)),
            partial(circle_sheets.circle, group=group),
        )
        for number, group in enumerate(groups, start=1)
    ]


def _presence(board: Board, levels: tuple[str, ...], main: str) -> list[Sheet | LeftOut]:
    """Return a sheet of presence for streets and communities; for counties where there is neither."""
    chosen: list[str] = [level for level in ("street", "community") if level in levels]
    chosen = chosen or list(levels[:1])
    if not chosen or not main:
        return [(board.word("title_presence_plain"), board.word("why_districts"))]
    return [
        Sheet(
            f"08-{number}" if len(chosen) > 1 else "08",
            board.word("title_presence", level=board.label("level", level), group=board.label("group", main)),
            partial(presence_sheets.presence, level=level),
        )
        for number, level in enumerate(chosen, start=1)
    ]
