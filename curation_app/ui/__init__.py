"""The pages: they read the session, ask the workspace, and draw. The only package that knows Streamlit."""
