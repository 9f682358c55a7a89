"""Start here: ``streamlit run app.py -- study.toml``; without a study file the built-in demo city is shown."""

if __name__ == "__main__":  # run for every session, by the server made below
    # here and not above: Streamlit serves the files of a component only when a session has imported it
    from ui import main

    main.show()
else:
    import streamlit as st

    from ui import maproutes, trouble, warming

    warming.begin()
    app = st.App(__file__, routes=maproutes.routes(), on_script_error=trouble.tell)
