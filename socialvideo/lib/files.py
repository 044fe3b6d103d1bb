"""Folders of the storage, through the storage's own interface, so that a local disk and a bucket behave alike."""

from django.core.files.storage import default_storage


def remove_folder(name: str) -> int:
    """With everything below it; returns how many files. What is not there is removed already."""
    try:
        folders, files = default_storage.listdir(name)
    except FileNotFoundError:
        return 0
    for file in files:
        default_storage.delete(f"{name}/{file}")
    removed = len(files) + sum(remove_folder(f"{name}/{folder}") for folder in folders)
    default_storage.delete(name)  # a local disk keeps empty folders
    return removed
