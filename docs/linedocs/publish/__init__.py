"""How a page that keeps its promise reaches the reader."""
