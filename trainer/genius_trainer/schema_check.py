"""Checks JSON against the schemas that TypeScript wrote into schema/, and says in words what does not fit."""

import json
from importlib import resources
from typing import Any

from jsonschema import Draft202012Validator, ValidationError


def load_schema(name: str) -> dict[str, Any]:
    """The schema `job`, `split` or `event`."""
    text = resources.files("genius_trainer").joinpath("schema", f"{name}.json").read_text("utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def mismatch(name: str, value: object) -> str | None:
    """What is wrong with `value` (`recipe.batchSize is 0; allowed is at least 1`), or None."""
    errors = Draft202012Validator(load_schema(name)).iter_errors(value)
    error = min(errors, key=lambda error: len(error.absolute_path), default=None)
    return None if error is None else _words(error)


def _words(error: ValidationError) -> str:
    rule: Any = error.validator_value
    schema: Any = error.schema
    instance: Any = error.instance
    if error.validator in ("oneOf", "anyOf"):
        inner = _chosen_branch(error)
        if isinstance(inner, ValidationError):
            return _words(inner)
        return f"{_place(error)}kind is {_short(_kind(error.instance))}; allowed is {inner}"
    where = _place(error).removesuffix(".") or "the whole"
    match error.validator:
        case "required":
            missing = [name for name in rule if name not in instance]
            return f"{_place(error)}{missing[0]} is missing"
        case "additionalProperties":
            known = sorted(schema.get("properties", {}))
            unknown = sorted(set(instance) - set(known))
            return f"{_place(error)}{unknown[0]} is not known; known here are {', '.join(known)}"
        case "enum":
            allowed = f"one of {', '.join(map(str, rule))}"
        case "const":
            allowed = _short(rule)
        case "type":
            allowed = f"of type {rule}"
        case "minimum":
            allowed = f"at least {rule}"
        case "exclusiveMinimum":
            allowed = f"above {rule}"
        case "maximum":
            allowed = f"at most {rule}"
        case "pattern":
            allowed = f"what matches {rule}"
        case _:
            return f"{where}: {error.message[:300]}"
    return f"{where} is {_short(instance)}; allowed is {allowed}"


def _chosen_branch(error: ValidationError) -> ValidationError | str:
    """The mistake in the variant that `kind` names, or the kinds that there are."""
    rule: Any = error.validator_value
    branches: dict[int, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(int(inner.relative_schema_path[0]), []).append(inner)
    kinds = []
    for index, errors in branches.items():
        kind = rule[index].get("properties", {}).get("kind", {}).get("const")
        kinds.append(str(kind))
        if kind is not None and kind == _kind(error.instance):
            return errors[0]
    return f"one of {', '.join(kinds)}"


def _kind(instance: object) -> object:
    return instance.get("kind") if isinstance(instance, dict) else instance


def _place(error: ValidationError) -> str:
    return "".join(f"{part}." for part in error.absolute_path)


def _short(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= 100 else f"{text[:97]}…"
