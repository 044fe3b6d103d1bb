"""The shape of the code base that imports alone do not show."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

ROOT = Path(__file__).resolve().parent.parent
FROM_BELOW = ["accounts", "follows", "videos", "feeds"]
OWN_MODELS = [model for app in FROM_BELOW for model in apps.get_app_config(app).get_models()]


@pytest.mark.parametrize("model", OWN_MODELS, ids=lambda model: model._meta.label)
def test_every_relation_points_down(model):
    here = FROM_BELOW.index(model._meta.app_label)
    for field in model._meta.get_fields():
        if isinstance(field, models.ForeignKey | models.ManyToManyField) and not field.auto_created:
            target = field.related_model._meta.app_label
            if target in FROM_BELOW:
                assert FROM_BELOW.index(target) <= here, f"{model._meta.label}.{field.name} points up to {target}"


@pytest.mark.parametrize("model", OWN_MODELS, ids=lambda model: model._meta.label)
def test_no_model_overrides_save_or_delete(model):
    assert "save" not in vars(model)
    assert "delete" not in vars(model)


@pytest.mark.parametrize("model", OWN_MODELS, ids=lambda model: model._meta.label)
def test_every_constraint_and_index_is_named_after_its_app(model):
    for rule in [*model._meta.constraints, *model._meta.indexes]:
        assert rule.name.startswith(f"{model._meta.app_label}_")


def modules():
    return [
        path
        for folder in [*FROM_BELOW, "socialvideo"]
        for path in (ROOT / folder).rglob("*.py")
        if "migrations" not in path.parts and "tests" not in path.parts
    ]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_what_it_is_for(path):
    source = path.read_text()
    if source.strip():
        assert ast.get_docstring(ast.parse(source)), "a file opens with what it is for"


def test_four_apps_and_no_more():
    own = {config.name for config in apps.get_app_configs() if Path(config.path).is_relative_to(ROOT)}
    own = {name for name in own if ".venv" not in apps.get_app_config(name.rpartition(".")[2]).path}
    assert own == {*FROM_BELOW, "socialvideo.lib"}
