"""Following as most projects write it themselves."""
