"""Rule cards: HTML for sentences that judge; every text is escaped, none comes from elsewhere."""

from collections.abc import Sequence
from html import escape

from exhibits.screen.estate_card import EstateCard, Sentence
from geodata.words import Lang, say
from ui.cards import rows


def estate(card: EstateCard, lang: Lang) -> str:
    """Return the card of a residential area: its facts, what governs it, who serves it, and every rule."""
    return (
        f'<div class="plan-place" data-estate="{escape(card.place_id)}"><h3>{escape(card.name)}</h3>'
        f"{rows(card.facts)}{sentences(card.governing)}"
        f"{_pairs('ui_card_served', card.served, lang)}{_pairs('ui_card_serves', card.serves, lang)}"
        f"<h4>{escape(say('ui_card_each', lang))}</h4>{sentences(card.each)}</div>"
    )


def _pairs(title: str, pairs: Sequence[tuple[str, str]], lang: Lang) -> str:
    return f"<h4>{escape(say(title, lang))}</h4>{rows(pairs)}" if pairs else ""


def sentences(given: Sequence[Sentence]) -> str:
    """Return judgements as blocks: title, verdict, arithmetic; hovering says what the clause asks."""
    return "".join(
        f'<div class="plan-walk plan-verdict-{escape(one.verdict)}" style="border-left-color:{escape(one.colour)}" '
        f'title="{escape(one.reading)}">'
        f'<div class="plan-walk-top"><span>{escape(one.title)}</span><b>{escape(one.verdict_text)}</b></div>'
        f"<div>{escape(one.text)}</div>"
        f'<div class="plan-faint">{escape(one.clause)}</div></div>'
        for one in given
    )


def explained(pairs: Sequence[tuple[str, str]]) -> str:
    """Return how figures are made, one paragraph each; line breaks stay."""
    return "".join(f'<h4>{escape(title)}</h4><p class="plan-explained">{escape(text)}</p>' for title, text in pairs)
