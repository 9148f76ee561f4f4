"""The Review page: what is wrong with this row, and what do I do?"""

from __future__ import annotations

import streamlit as st

st.header("Review")
