"""Data page: files as they come, one layer after the other; what was recognised can be put right before it is used."""

from html import escape
from pathlib import Path

import streamlit as st

from exhibits.screen import preview
from exhibits.style import label
from geodata.faults import Fault, InputError
from geodata.reading.proposal import Proposal, middle_lon_deg
from geodata.study import LayerSource
from geodata.words import Lang, say
from geodata.words.numbers import grouped
from scenarios import drafts as kept_drafts
from scenarios import intake, study_file, templates, workspace
from ui import data_faults, data_form, data_words, language, opened, session
from ui.offline_map import Focus, show_map

MAP_HEIGHT_PX = 380
SAMPLE_HEIGHT_PX = 250
MOST_ERRORS = 6  # beside the form; the report below lists all
DRAFTS = "drafts"  # by layer: what was put in or changed, and not used yet


def show(lang: Lang) -> None:
    """Show the page."""
    study = session.study_path()
    head = study_file.head_of(study)
    st.html(f"<h1>{escape(say('ui_data_title', lang))}</h1>")
    layer = _choose(head, lang)
    source = drafts().get(layer) or head.layers.get(layer)
    proposal, version = _proposal(source, layer, head) if source else (Proposal(layer=layer), "")
    streets = _streets(head) if layer != "streets" else None
    pending = layer in drafts() and drafts()[layer] != head.layers.get(layer)
    _steps(study, head, layer, proposal, lang, pending=pending)
    left, right = st.columns([5, 6], gap="medium")
    with left:
        st.html(f'<p class="plan-explained">{escape(say(f"ui_layer_hint_{layer}", lang))}</p>')
        _upload(layer, lang)
        if source:
            doubts = _fit((proposal, version), head, study, lang) if streets else ()
            zone = intake.zone_at(_near_lon_deg(layer, head)) if data_form.lacks_system(proposal) else ""
            data_form.show(proposal, source, version, doubts, lang, change=_change, zone=zone)
    with right:
        if source:
            _look(proposal, streets, version, layer, lang)
    if source or head.layers:  # nothing put in is not nothing wrong
        data_faults.show(study, head, layer, proposal if source else None, lang)


def drafts() -> dict[str, LayerSource]:
    """Return what was put in or changed in this session and is not used yet, by layer."""
    if DRAFTS not in st.session_state:  # the page was refreshed: Streamlit has forgotten, the study's folder has not
        study = session.study_path()
        st.session_state[DRAFTS] = kept_drafts.kept(study) if opened.is_own(study) else {}
    found: dict[str, LayerSource] = st.session_state[DRAFTS]
    return found


def _keep() -> None:
    """Write the drafts where a refreshed page finds them; they then belong to a study of this session."""
    study = session.study_path()
    if opened.is_own(study):
        kept_drafts.keep(study, drafts())


def _choose(head: study_file.Head, lang: Lang) -> str:
    """Ask for the layer; a mark says what is there, what waits, and what is still needed."""

    def title(layer: str) -> str:
        mark = "● " if layer in drafts() else "✓ " if layer in head.layers else ""
        need = say("ui_layer_needed", lang) if layer in intake.NEEDED and layer not in head.layers else ""
        return f"{mark}{label('layer_word', layer, lang)}{need}"

    key = f"layer_{lang}"
    if wanted := st.session_state.pop("layer_wanted", None):
        st.session_state[key] = wanted
    chosen = st.segmented_control(
        say("ui_layer", lang),
        intake.layers(),
        format_func=title,
        default=None if key in st.session_state else _first(head),
        required=True,
        key=key,
        label_visibility="collapsed",
    )
    return str(chosen or _first(head))


def _first(head: study_file.Head) -> str:
    """Return the layer to begin with: the first one that is still needed."""
    return next((layer for layer in intake.NEEDED if layer not in head.layers), intake.NEEDED[0])


def _proposal(source: LayerSource, layer: str, head: study_file.Head) -> tuple[Proposal, str]:
    """Return what the file seems to hold; the other needed layers tell where metres without a zone lie."""
    if not source.path.name:  # streets by the name of a place: fetched when the study is computed, not while looking
        return Proposal(layer=layer), ""
    return session.proposal_of(source, _near_lon_deg(layer, head))


def _near_lon_deg(layer: str, head: study_file.Head) -> float | None:
    """Return the middle of the other layers that are needed, None where there is none yet."""
    for other in intake.NEEDED:
        if other != layer and other in head.layers and head.layers[other].path.name:
            near = middle_lon_deg(session.proposal_of(head.layers[other])[0])
            if near is not None:
                return near
    return None


def _streets(head: study_file.Head) -> Proposal | None:
    """Return the streets to compare with, where they can be read and are no more than a map can hold."""
    source = drafts().get("streets") or head.layers.get("streets")
    if source is None or not source.path.is_file() or source.path.stat().st_size > intake.MOST_PREVIEW_BYTES:
        return None
    found = session.proposal_of(source)[0]
    return found if len(found.lines_deg) else None


def _fit(layer: tuple[Proposal, str], head: study_file.Head, study: Path, lang: Lang) -> tuple[Fault, ...]:
    """Compare a layer with the streets, which takes a while the first time."""
    with st.spinner(say("ui_fitting", lang), show_time=False):
        return session.fit_of(layer, drafts().get("streets") or head.layers["streets"], study.parent)


def _steps(study: Path, head: study_file.Head, layer: str, proposal: Proposal, lang: Lang, *, pending: bool) -> None:
    """Show what to do next, as the one primary button."""
    words, act, drop = st.columns([6, 2, 2], vertical_alignment="center")
    if pending:
        ready = proposal.usable
        text = say("ui_layer_pending" if ready else "ui_layer_faulty", lang)
        words.html(f'<div class="plan-hint plan-stale">{escape(text)}</div>')
        act.button(
            say("ui_layer_use", lang),
            type="primary",
            width="stretch",
            disabled=not ready,
            on_click=_use,
            args=(study, layer),
        )
        drop.button(say("ui_layer_drop", lang), width="stretch", on_click=_drop, args=(layer,))
        return
    missing = [one for one in intake.NEEDED if one not in head.layers]
    no_sites = not any(one in head.layers for one in intake.SITES)
    wanted = missing[0] if missing else intake.SITES[0] if no_sites else ""
    if missing:
        text = say("ui_layers_missing", lang, layers="、".join(label("layer_word", one, lang) for one in missing))
    else:
        text = say("ui_layers_no_sites" if no_sites else "ui_layers_enough", lang)
    words.html(f'<div class="plan-hint">{escape(text)}</div>')
    if not wanted:
        act.button(say("ui_compute", lang), type="primary", width="stretch", on_click=_compute)
    elif wanted != layer:
        word = say("ui_layer_next", lang, layer=label("layer_word", wanted, lang))
        act.button(word, type="primary", width="stretch", on_click=_want, args=(wanted,))
    if layer in head.layers and not session.is_demo():
        drop.button(say("ui_layer_remove", lang), width="stretch", on_click=_remove, args=(study, layer))


def _want(layer: str) -> None:
    st.session_state["layer_wanted"] = layer


def _compute() -> None:
    session.forget_old()
    opened.go("coverage")


def _use(study: Path, layer: str) -> None:
    """Write a draft into the study of this session."""
    source = drafts().pop(layer)
    own = opened.for_changes(study)
    study_file.set_layer(own, source)
    intake.drop_unused(own.parent, source)
    _keep()


def _drop(layer: str) -> None:
    drafts().pop(layer, None)
    _keep()


def _remove(study: Path, layer: str) -> None:
    study_file.remove_layer(opened.for_changes(study), layer)
    _drop(layer)


def _change(source: LayerSource) -> None:
    """Keep a change of how a file is read until it is used."""
    drafts()[source.layer] = source
    _keep()


def _upload(layer: str, lang: Lang) -> None:
    """Take files for a layer; the demo city is left as it is."""
    if session.is_demo():
        st.html(f'<div class="plan-hint">{escape(say("ui_upload_demo", lang))}</div>')
        st.button(say("ui_upload_begin", lang), on_click=_begin, args=(layer, lang), width="stretch")
        return
    language.uploader_words(lang)
    number = st.session_state.get("upload_number", 0)
    key = f"upload_{layer}_{number}"
    st.file_uploader(
        say("ui_upload", lang),
        accept_multiple_files=True,
        key=key,
        help=" ".join(intake.formats(layer)),
        on_change=_take,
        args=(layer, key),
    )
    if layer in templates.LAYERS:
        st.download_button(
            say("ui_template", lang, layer=label("layer_word", layer, lang)),
            lambda: templates.template(layer),
            file_name=templates.file_name(layer),
            on_click="ignore",
            type="tertiary",
            key=f"template_{layer}",
        )
    if found := st.session_state.get("upload_faults", {}).get(layer):
        _refused([data_words.message(fault, lang) for fault in found])


def _refused(lines: list[str]) -> None:
    st.html(f'<div class="plan-hint plan-refused">{"<br>".join(escape(line) for line in lines)}</div>')


def _take(layer: str, key: str) -> None:
    """Store what was put in, in this session's own folder, and propose how to read it."""
    given = st.session_state.get(key) or []
    st.session_state["upload_number"] = st.session_state.get("upload_number", 0) + 1  # an empty field for the next
    uploads = [intake.Upload(file.name, file.getvalue()) for file in given]
    refused = st.session_state.setdefault("upload_faults", {})
    refused.pop(layer, None)
    try:
        intake.main_file(layer, uploads)
        study = opened.for_changes(session.study_path())
        _change(intake.take(study.parent, layer, uploads))
    except InputError as error:
        refused[layer] = error.faults


def _begin(layer: str, lang: Lang) -> None:
    study = workspace.new_study(opened.space(), say("ui_unnamed", lang), "", None)
    opened.open_study(study, saved="")
    st.session_state["layer_wanted"] = layer


def _look(proposal: Proposal, streets: Proposal | None, version: str, layer: str, lang: Lang) -> None:
    """Show what stops the file from being used, its first rows, and where all rows lie."""
    if not proposal.usable:
        lines = [data_words.message(fault, lang) for fault in intake.errors(proposal.faults)[:MOST_ERRORS]]
        _refused(lines)
    home = preview.bounds_deg(proposal, streets)
    if home:
        row = data_faults.row_looked_at(layer)
        at = preview.place_of(proposal, row) if row is not None else None
        show_map(
            preview.layers(proposal, streets, version, row, lang),
            preview.legend(proposal, streets, lang),
            home,
            key=f"preview_{version}",
            lang=lang,
            height_px=MAP_HEIGHT_PX,
            on_click=lambda _: None,
            focus=Focus(f"{row}", preview.around_deg(at)) if at else None,
        )
    if proposal.theirs:
        titles = {name: data_words.column_title(layer, name, lang) for name in proposal.ours}
        st.html(f"<h4>{escape(say('ui_sample', lang, rows=grouped(proposal.rows), note=proposal.note))}</h4>")
        st.dataframe(preview.sample_table(proposal, titles, lang), height=SAMPLE_HEIGHT_PX)
