"""Language: the one that this session reads."""

import re

import streamlit as st

from geodata.words import Lang, say


def lang() -> Lang:
    """Return the language of this session, Chinese unless chosen otherwise."""
    return "en" if st.session_state.get("lang") == "en" else "zh"


def as_text(text: str) -> str:
    """Return a user's own text so that a label shows it as it stands: nothing in it is taken for Markdown."""
    return re.sub(r"([\\`*_{}\[\]()#+\-.!~:|$<>])", r"\\\1", text)


def uploader_words(lang: Lang) -> None:
    """Say on the fields for files what Streamlit says in English alone."""
    button, limit = say("ui_upload_button", lang), say("ui_upload_limit", lang)
    st.html(
        "<style>"
        '[data-testid="stFileUploaderDropzone"] button [data-testid="stMarkdownContainer"] { font-size: 0; }'
        '[data-testid="stFileUploaderDropzone"] button [data-testid="stMarkdownContainer"]::after'
        f' {{ content: "{button}"; font-size: 14px; }}'
        '[data-testid="stFileUploaderDropzoneInstructions"] { font-size: 0; }'
        '[data-testid="stFileUploaderDropzoneInstructions"] * { display: none; }'
        f'[data-testid="stFileUploaderDropzoneInstructions"]::after {{ content: "{limit}"; font-size: 13px; }}'
        "</style>"
    )
