"""Floor 5, the pages: what people read in a browser, and the sandbox's doors."""
