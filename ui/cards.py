"""Cards: small pieces of HTML for figures and places; every text is escaped, none comes from elsewhere."""

from collections.abc import Mapping, Sequence
from html import escape

from exhibits.screen.headline import Figure, Piece
from exhibits.screen.place import Card, Walk
from exhibits.screen.site_card import SiteCard
from geodata.words import Lang, say

NOTHING: Mapping[str, Sequence[tuple[str, str]]] = {}


def headline(
    figures: Sequence[Figure], chosen: str, about: Mapping[str, Sequence[tuple[str, str]]] = NOTHING, lang: Lang = "zh"
) -> str:
    """Return the row of figures, the chosen group first among equals; ``about`` says how each is worked out."""
    drawn = "".join(_figure(figure, figure.group == chosen, about.get(figure.group, ()), lang) for figure in figures)
    return f'<div class="plan-figures">{drawn}</div>'


def _figure(figure: Figure, chosen: bool, about: Sequence[tuple[str, str]], lang: Lang) -> str:  # noqa: FBT001 - private
    return (
        f'<div class="plan-figure{" plan-chosen" if chosen else ""}">'
        f'<div class="plan-figure-title">{escape(figure.title)}</div>{_about(figure.title, about, lang)}'
        f'<div class="plan-figure-number">{escape(figure.percent)}<small>{escape(figure.within)}</small></div>'
        f"{bar(figure.pieces)}{_small(figure.made_of)}{_small(figure.unknown, 'plan-faint')}"
        "</div>"
    )


def _about(title: str, pairs: Sequence[tuple[str, str]], lang: Lang) -> str:
    """Return a button that opens what is to be known of a figure: no script, reached by the keyboard."""
    if not pairs:
        return ""
    words = escape(say("ui_about", lang))
    return (
        f'<details class="plan-about" name="plan-about"><summary title="{words}" aria-label="{words}：{escape(title)}">'
        f"ⓘ</summary><div><h3>{escape(title)} · {words}</h3>{rows(pairs)}</div></details>"
    )


def _small(text: str, kind: str = "") -> str:
    return f'<div class="plan-figure-small {kind}" title="{escape(text)}">{escape(text)}</div>'


def bar(pieces: Sequence[Piece]) -> str:
    """Return a bar of everybody, one stretch per class; an empty strip where there are none."""
    if not pieces:
        return '<div class="plan-bar plan-bar-none"></div>'
    stretches = "".join(
        f'<span class="plan-piece plan-piece-{escape(piece.name.split("_")[0])}" title="{escape(piece.text)}" '
        f'style="width:{100 * piece.share:.3f}%;background-color:{escape(piece.colour)}"></span>'
        for piece in pieces
    )
    return f'<div class="plan-bar">{stretches}</div>'


def place(card: Card, chosen: str, lang: Lang) -> str:
    """Return the card of a residential area: its facts, and the walk to every group, the chosen one on top."""
    walks = sorted(card.walks, key=lambda walk: walk.group != chosen)
    return (
        f'<div class="plan-place" data-place="{escape(card.place_id)}"><h3>{escape(card.name)}</h3>'
        f"{rows(card.facts)}{''.join(_walk(walk, lang) for walk in walks)}</div>"
    )


def site(card: SiteCard) -> str:
    """Return the card of a facility: its facts, and who has it as the nearest."""
    nearest = "".join(
        f'<div class="plan-walk"><span class="plan-faint">{escape(title)}</span><div>{escape(text)}</div></div>'
        for title, text in card.nearest
    )
    return (
        f'<div class="plan-place" data-site="{escape(card.site_id)}"><h3>{escape(card.name)}</h3>'
        f"{rows(card.facts)}{nearest}</div>"
    )


def _walk(walk: Walk, lang: Lang) -> str:
    detail = (
        say("ui_walk_detail", lang, metres=walk.metres, straight=walk.straight, door=walk.door) if walk.site_id else ""
    )
    kind = f'<span class="plan-faint"> {escape(walk.site_kind)}</span>' if walk.site_kind else ""
    return (
        f'<div class="plan-walk plan-state-{escape(walk.state)}" style="border-left-color:{escape(walk.colour)}">'
        f'<div class="plan-walk-top"><span>{escape(walk.title)}</span><b>{escape(walk.minutes)}</b></div>'
        f"<div>{escape(walk.site_name)}{kind}</div>"
        f'<div class="plan-reason">{escape(walk.reason)}</div>'
        f'<div class="plan-faint">{escape(detail)}</div></div>'
    )


def rows(pairs: Sequence[tuple[str, str]]) -> str:
    """Return a small table of words and values."""
    cells = "".join(f"<tr><th>{escape(word)}</th><td>{escape(value)}</td></tr>" for word, value in pairs)
    return f'<table class="plan-rows">{cells}</table>'
