"""Pages of feeds. A page beyond the first is a link of its own; htmx asks the same address for the cards alone."""
