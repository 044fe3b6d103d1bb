"""`make run` and `make test` on a bare machine: a virtual environment, a PostgreSQL and a Redis of our own, and the
processes of the site under one Ctrl-C. It knows no domain and imports no app; Django is only ever a child process."""
