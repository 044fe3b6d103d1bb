"""A small living world for the first look at the site. Never part of a public one: only `manage.py demo` makes it."""
