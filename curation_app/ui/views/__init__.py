"""One file a page, named by what it answers; Streamlit runs the file."""
