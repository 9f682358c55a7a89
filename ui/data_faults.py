"""Quality report: what is wrong or doubtful, row by row, on the map, and as a list to send back."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

import streamlit as st

from exhibits import fault_list
from geodata.faults import Fault, InputError
from geodata.reading.proposal import Proposal
from geodata.words import Lang, say
from scenarios import intake, study_file
from ui import data_words, session

MOST_ROWS = 1000  # on the page; the files hold all
LOOKED = "row_looked_at"  # (layer, row)
HEIGHT_PX, ROW_PX = 330, 35
WIDTHS_PX = (60, 80, 60, 140, 120, 620)
SCOPES = ("layer", "all")


def show(study: Path, head: study_file.Head, layer: str, proposal: Proposal | None, lang: Lang) -> None:
    """Show the report of this layer, where it has a file, or of all layers together."""
    complete = all(needed in head.layers for needed in intake.NEEDED)
    if proposal is None and not complete:
        return
    st.html(f"<h2>{escape(say('ui_quality', lang))}</h2>")
    scope = "layer"
    if complete:
        scope = str(
            st.segmented_control(
                say("ui_quality_scope", lang),
                SCOPES,
                default="layer",
                format_func=lambda one: say(f"ui_quality_scope_{one}", lang),
                key=f"scope_{lang}",
                label_visibility="collapsed",
            )
            or "layer"
        )
    if scope == "layer" and proposal is None:
        st.html(f'<div class="plan-hint">{escape(say("ui_quality_no_file", lang))}</div>')
        return
    found = intake.sorted_faults(proposal.faults) if scope == "layer" and proposal else _all(study, lang)
    if not found:
        st.html(f'<div class="plan-hint">{escape(say("ui_quality_clean", lang))}</div>')
        return
    _table(found, scope if scope == "all" else f"{scope}_{layer}", lang)


def _all(study: Path, lang: Lang) -> tuple[Fault, ...]:
    """Read all layers together: streets, doors and neighbours tell more than each file by itself."""
    shown = st.empty()
    try:
        asked = session.asked_for(study, None)
        with shown.status(say("ui_checking", lang)) as status:
            return session.faults_in(asked, lambda stage: status.update(label=say(stage, lang)))
    except InputError as error:
        return intake.sorted_faults(error.faults)
    finally:
        shown.empty()


def _table(found: Sequence[Fault], key: str, lang: Lang) -> None:
    counts = intake.counts(found)
    st.html(f'<p class="plan-parameters">{escape(say("ui_quality_found", lang, **counts))}</p>')
    table = fault_list.fault_table(found[:MOST_ROWS], lang, data_words.message, data_words.column)
    number = say("column_row", lang)
    table[number] = table[number].map(str, na_action="ignore").astype(object).fillna("")  # no "None" on the page
    picked = st.dataframe(
        table,
        column_config={
            name: st.column_config.Column(width=width) for name, width in zip(table.columns, WIDTHS_PX, strict=True)
        },
        hide_index=True,
        height=min(HEIGHT_PX, ROW_PX * (len(table) + 1) + 3),
        on_select="rerun",
        selection_mode="single-row",
        key=f"faults_{key}_{lang}",
    )
    rows = picked["selection"]["rows"]
    chosen = found[rows[0]] if rows else None
    wanted = (
        (chosen.layer, chosen.row) if chosen and chosen.row is not None and chosen.layer in intake.layers() else None
    )
    if wanted and st.session_state.get(LOOKED) != wanted:
        st.session_state[LOOKED] = wanted
        st.session_state["layer_wanted"] = wanted[0]
        st.rerun()
    if chosen:  # the column of the table is too narrow for most
        st.html(f'<div class="plan-hint">{escape(data_words.message(chosen, lang))}</div>')
    csv, xlsx, _ = st.columns([2, 2, 6])
    name = say("ui_quality_file", lang)
    csv.download_button(
        say("ui_quality_csv", lang),
        lambda: fault_list.as_csv(found, lang, data_words.message, data_words.column),
        file_name=f"{name}.csv",
        mime="text/csv",
        on_click="ignore",
        width="stretch",
    )
    xlsx.download_button(
        say("ui_quality_xlsx", lang),
        lambda: fault_list.as_xlsx(found, lang, data_words.message, data_words.column),
        file_name=f"{name}.xlsx",
        on_click="ignore",
        width="stretch",
    )


def row_looked_at(layer: str) -> int | None:
    """Return the row of ``layer`` that was chosen in the report, None where none was."""
    where = st.session_state.get(LOOKED)
    return int(where[1]) if where and where[0] == layer else None
