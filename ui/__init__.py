"""The Streamlit face: asks, calls, shows."""
