"""The root of the server: it leads to the Open page, so that a link to /open and the bare address end at the same place."""

from __future__ import annotations

import streamlit as st

st.switch_page("views/open.py", query_params={name: st.query_params.get_all(name) for name in st.query_params})
