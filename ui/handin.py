"""Hand-in page: choose the products, fill in the title block, look at sheets, make the products, take them away."""

import datetime as dt
import tempfile
import zipfile
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

import pandas as pd
import streamlit as st

from exhibits import made_log
from exhibits.products import PRODUCTS, SYSTEMS, System, TitleBlock, make_one
from geodata.words import Lang, say
from scenarios import Outcome

MADE, BLOCK, SEEN = "handin_made", "handin_block", "handin_seen"
LOG_SHOWN = ("made_at", "file", "bytes", "fingerprint", "policy", "walker", "limits_min", "suggested_sites")
MOST_LOGGED = 30
FINGERPRINT_SHOWN = 12  # letters of it


@dataclass(frozen=True, kw_only=True)
class Made:
    """What this session made last: files by name, from which outcome, and what was left out."""

    files: dict[str, bytes]
    fingerprint: str
    left_out: tuple[str, ...]


def show(outcome: Outcome, lang: Lang) -> None:
    """Show the page for the study as it was computed."""
    st.html(f"<h1>{escape(say('ui_handin_title', lang))}</h1>")
    st.caption(say("ui_handin_basis", lang, name=outcome.city.study.name, fingerprint=outcome.fingerprint))
    with st.form("handin", border=True):
        names = st.pills(
            say("ui_handin_products", lang),
            list(PRODUCTS),
            selection_mode="multi",
            default=list(PRODUCTS),
            format_func=lambda name: say(f"ui_product_{Path(name).stem}", lang),
        )
        systems = st.pills(
            say("ui_handin_systems", lang),
            list(SYSTEMS),
            selection_mode="multi",
            default=[SYSTEMS[0]],
            format_func=lambda name: say(f"ui_system_{name}", lang),
            help=say("ui_handin_systems_help", lang),
        )
        block = asked_block(lang)
        asked = st.form_submit_button(say("ui_handin_make", lang), type="primary")
    st.session_state[BLOCK] = block
    if asked and names:
        wanted = [name for name in PRODUCTS if name in names]
        kept = tuple(system for system in SYSTEMS if system in systems) or SYSTEMS[:1]
        st.session_state[MADE] = made(outcome, wanted, block, lang, kept)
    elif asked:
        st.warning(say("ui_handin_none", lang))
    if found := st.session_state.get(MADE):
        offer(found, outcome.fingerprint, lang)
    with st.expander(say("ui_handin_preview", lang)):
        look(outcome, lang)
    with st.expander(say("ui_handin_log", lang)):
        log(outcome, lang)


def asked_block(lang: Lang) -> TitleBlock:
    """Ask what the title block says."""
    columns = st.columns(4)
    return TitleBlock(
        prefix=columns[0].text_input(
            say("ui_handin_number", lang), max_chars=20, help=say("ui_handin_number_help", lang)
        ),
        unit=columns[1].text_input(say("ui_handin_unit", lang), max_chars=60),
        made_on=columns[2].text_input(say("ui_handin_made_on", lang), max_chars=30),
        approval=columns[3].text_input(
            say("ui_handin_approval", lang), max_chars=40, help=say("ui_handin_approval_help", lang)
        ),
    )


def made(
    outcome: Outcome, names: list[str], block: TitleBlock, lang: Lang, systems: tuple[System, ...] = SYSTEMS[:1]
) -> Made:
    """Make the products in a folder of this session alone and return their bytes; the log beside the study grows."""
    left_out: list[str] = []
    with st.status(say("ui_handin_making", lang)) as status, tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for name in names:
            status.update(label=say("make_stage", lang, name=say(f"ui_product_{Path(name).stem}", lang)))
            left_out += make_one(
                outcome,
                folder,
                name,
                lang,
                block=block,
                systems=systems,
                shown=lambda label: status.update(label=label),
            )
        files = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
        status.update(label=say("ui_handin_done", lang), state="complete")
    home = outcome.city.study.folder
    lines = [
        *made_log.read(home),
        *made_log.entries(outcome, files.items(), block, lang, dt.datetime.now().astimezone()),
    ]
    try:
        made_log.write(home, lines)
    except OSError:  # a folder that may only be read
        st.info(say("ui_handin_log_unwritable", lang, file=made_log.FILE))
    return Made(files=files, fingerprint=outcome.fingerprint, left_out=tuple(dict.fromkeys(left_out)))


def offer(found: Made, fingerprint: str, lang: Lang) -> None:
    """Offer the files, and say when the study has changed since they were made."""
    if found.fingerprint != fingerprint:
        st.warning(say("ui_handin_old", lang))
    for name, data in found.files.items():
        st.download_button(
            say("ui_handin_take", lang, name=name, size=f"{len(data) / 1e6:.1f}"),
            data,
            file_name=name,
            on_click="ignore",
            key=f"take_{name}",
        )
    if len(found.files) > 1:
        st.download_button(
            say("ui_handin_take_all", lang),
            lambda: zipped(found.files),
            file_name="exhibits.zip",
            on_click="ignore",
            type="primary",
        )
    if found.left_out:
        st.html(
            f"<p>{escape(say('ui_handin_left_out', lang))}</p><ul>"
            + "".join(f"<li>{escape(sentence)}</li>" for sentence in found.left_out)
            + "</ul>"
        )


@st.fragment
def look(outcome: Outcome, lang: Lang) -> None:
    """Show one sheet of the atlas as it would be made now; the board it is drawn from is kept."""
    if not st.toggle(say("ui_handin_look", lang), key="handin_look"):
        return
    from exhibits.atlas import book  # noqa: PLC0415 - matplotlib is slow to load
    from exhibits.atlas.board import board_of  # noqa: PLC0415

    block = st.session_state.get(BLOCK, TitleBlock())
    kept = st.session_state.get(SEEN)
    if kept is None or kept[0] != (outcome.fingerprint, lang):
        with st.spinner(say("ui_handin_laying_out", lang)):
            board = board_of(outcome, lang, block)
            kept = ((outcome.fingerprint, lang), board, book.all_sheets(board))
        st.session_state[SEEN] = kept
    _, board, sheets = kept
    titles = [f"{sheet.numbered(lang)} {sheet.title}" for sheet in sheets]
    at = st.selectbox(say("ui_handin_sheet", lang), range(len(titles)), format_func=lambda number: titles[number])
    with st.spinner(titles[at]):
        st.image(book.preview(replace(board, imprint=block), sheets[at]), width="stretch")


def log(outcome: Outcome, lang: Lang) -> None:
    """Show what was made from this study, the latest first."""
    lines = made_log.read(outcome.city.study.folder)[::-1][:MOST_LOGGED]
    if not lines:
        st.caption(say("ui_handin_log_empty", lang))
        return
    st.caption(say("ui_handin_log_note", lang, file=made_log.FILE))
    table = pd.DataFrame(lines)[list(LOG_SHOWN)]
    table["fingerprint"] = table["fingerprint"].str[:FINGERPRINT_SHOWN]
    table.columns = [say(f"made_{name}", lang) for name in LOG_SHOWN]
    st.dataframe(table, hide_index=True, width="stretch")


def zipped(files: dict[str, bytes]) -> bytes:
    """Return all files as one zip."""
    with tempfile.TemporaryFile() as whole:
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files.items():
                archive.writestr(name, data)
        whole.seek(0)
        return whole.read()
