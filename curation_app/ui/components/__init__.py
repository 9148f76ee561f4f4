"""Parts of pages: each takes plain values and draws them."""
