"""Hand-in page: choose the products, fill in the title block, make them, take them away."""

import tempfile
import zipfile
from dataclasses import dataclass
from html import escape
from pathlib import Path

import streamlit as st

from exhibits.products import PRODUCTS, TitleBlock, make_one
from geodata.words import Lang, say
from scenarios import Outcome

MADE = "handin_made"


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
        columns = st.columns(3)
        block = TitleBlock(
            unit=columns[0].text_input(say("ui_handin_unit", lang), max_chars=60),
            made_on=columns[1].text_input(say("ui_handin_made_on", lang), max_chars=30),
            approval=columns[2].text_input(
                say("ui_handin_approval", lang), max_chars=40, help=say("ui_handin_approval_help", lang)
            ),
        )
        asked = st.form_submit_button(say("ui_handin_make", lang), type="primary")
    if asked and names:
        st.session_state[MADE] = made(outcome, [name for name in PRODUCTS if name in names], block, lang)
    elif asked:
        st.warning(say("ui_handin_none", lang))
    if found := st.session_state.get(MADE):
        offer(found, outcome.fingerprint, lang)


def made(outcome: Outcome, names: list[str], block: TitleBlock, lang: Lang) -> Made:
    """Make the products in a folder of this session alone and return their bytes."""
    left_out: list[str] = []
    with st.status(say("ui_handin_making", lang)) as status, tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for name in names:
            status.update(label=say("make_stage", lang, name=say(f"ui_product_{Path(name).stem}", lang)))
            left_out += make_one(
                outcome, folder, name, lang, block=block, shown=lambda label: status.update(label=label)
            )
        files = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
        status.update(label=say("ui_handin_done", lang), state="complete")
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


def zipped(files: dict[str, bytes]) -> bytes:
    """Return all files as one zip."""
    with tempfile.TemporaryFile() as whole:
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files.items():
                archive.writestr(name, data)
        whole.seek(0)
        return whole.read()
