"""Pages of following: the button, the Following Manager, requests, and the lists on a profile."""
