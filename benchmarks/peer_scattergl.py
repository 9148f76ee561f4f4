"""The peer of the lasso: a plain Streamlit page with all points as one scattergl trace, and a table of the selection."""

from __future__ import annotations

import os

import numpy as np
import plotly.graph_objects as go
import pyarrow.parquet as pq
import streamlit as st

table = pq.read_table(os.environ["PEER_MAP"])
x, y = table["x"].to_numpy(), table["y"].to_numpy()
figure = go.Figure(go.Scattergl(x=x, y=y, mode="markers", marker={"size": 3}))
figure.update_layout(dragmode="lasso", height=600)
event = st.plotly_chart(figure, on_select="rerun", selection_mode="lasso", key="map")
chosen = np.asarray(event.selection.point_indices, dtype=np.int64)
st.html(f'<p class="selected-count">{len(chosen)}</p>')
st.dataframe({"row": chosen[:500], "x": x[chosen[:500]], "y": y[chosen[:500]]})
