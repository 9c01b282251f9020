"""The tooling of the site: `contract` reads, runs and compares the pages, `publish` shows them."""
