"""The code of the pages: one module a page, same stem."""
