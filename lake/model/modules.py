"""The modules that declarations imply: each exists, and its `build` takes what the jobs pass.

Transformations import Spark, which synth does not need. So their sources are parsed, not imported.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files

from lake.errors import DeclarationError
from lake.model.dashboard_rules.queries import dashboard_query_problems
from lake.model.declaration import Declaration
from lake.model.discovery import GOLD, SILVER, SPEED, TRAINING, answer_problems, answers_of
from lake.model.serving_checks import database_problems
from lake.naming import CHAMPION

Modules = Mapping[str, ast.Module]
"""The modules of a layer by name."""


def check_domains(domains: Sequence[Declaration]) -> None:
    """Raise DeclarationError with everything that domains declare and their folders lack.

    It also lists the names that are unique over all domains and are declared twice, and the limits that the
    domains exceed together.
    """
    problems = [
        f"{domain.name}: {problem}"
        for domain in domains
        for problem in (*module_problems(domain), *dashboard_query_problems(domain))
    ]
    answers = [(domain.name, answer) for domain in domains for answer in answers_of(domain.name)]
    problems += [*answer_problems(answers), *query_problems(domains), *database_problems(domains)]
    if problems:
        raise DeclarationError(", ".join(domain.name for domain in domains), problems)


def query_problems(domains: Iterable[Declaration]) -> Iterator[str]:
    """Yield a sentence for each named query of several domains, which share Athena's workgroup."""
    owners: dict[str, list[str]] = {}
    for domain in domains:
        for query in dict.fromkeys(query for question in domain.questions for query in question.queries):
            owners.setdefault(query, []).append(domain.name)
    for query, names in owners.items():
        if len(names) > 1:
            yield (
                f"the query '{query}' is named in {' and '.join(names)}, which share one workgroup: rename "
                "it in one of them"
            )


def module_problems(domain: Declaration) -> Iterator[str]:
    """Yield a sentence, with the remedy, for each module of a domain that contradicts its declaration."""
    for layer, check in ((GOLD, _gold), (SILVER, _silver), (SPEED, _speed), (TRAINING, _training)):
        modules: dict[str, ast.Module] = {}
        for name, source in _sources(domain.name, layer):
            try:
                modules[name] = ast.parse(source)
            except SyntaxError as error:
                yield f"{layer}/{name}.py, line {error.lineno}: {error.msg}: correct the syntax"
                modules[name] = ast.parse("")
        yield from check(domain, modules)


def _sources(domain: str, layer: str) -> Iterator[tuple[str, str]]:
    """Yield (module, source) of a layer. The domain may lie in a folder or in a zip."""
    try:
        folder = files(f"domains.{domain}") / layer
    except ModuleNotFoundError:
        # A declaration that is no package has no modules.
        return
    if folder.is_dir():
        for file in sorted(folder.iterdir(), key=lambda each: each.name):
            if file.name.endswith(".py") and file.name != "__init__.py":
                yield file.name.removesuffix(".py"), file.read_text(encoding="utf-8")


# --- transformations


def _gold(domain: Declaration, modules: Modules) -> Iterator[str]:
    for mart in domain.marts:
        for problem in _transformation(f"{GOLD}/{mart.name}.py", modules.get(mart.name), mart.arguments):
            yield f"mart {mart.name}: {problem}"
    for name in _unused(modules, {mart.name for mart in domain.marts}):
        yield f"{GOLD}/{name}.py defines build, but there is no mart '{name}': declare it, or rename the file"


def _silver(domain: Declaration, modules: Modules) -> Iterator[str]:
    enriched = [table for table in domain.tables if table.enrichment or table.enriched_from]
    for table in enriched:
        if not table.enrichment:
            yield (
                f"table {table.name}: is enriched from {', '.join(table.enriched_from)}, but declares no "
                f"column that this adds: declare it in enrichment, or remove enriched_from"
            )
            continue
        inputs = (table.name, *table.enriched_from)
        for problem in _transformation(f"{SILVER}/{table.name}.py", modules.get(table.name), inputs):
            yield f"table {table.name}: {problem}"
    for name in _unused(modules, {table.name for table in enriched}):
        yield (
            f"{SILVER}/{name}.py defines build, but no table '{name}' declares an enrichment: declare it, or "
            "remove the module"
        )


def _training(domain: Declaration, modules: Modules) -> Iterator[str]:
    """Yield mistakes in `training/<model>.py`, whose `train` takes the inputs and the promoted parameters."""
    for model in domain.models:
        path, arguments = f"{TRAINING}/{model.name}.py", (*model.inputs, CHAMPION)
        for problem in _transformation(path, modules.get(model.name), arguments, function="train"):
            yield f"model {model.name}: {problem}"
    declared = {model.name for model in domain.models}
    for name, module in modules.items():
        if name not in declared and _function(module, "train") is not None:
            yield (
                f"{TRAINING}/{name}.py defines train, but there is no model '{name}': declare it, or rename "
                "the file"
            )


def _transformation(
    path: str, module: ast.Module | None, inputs: Sequence[str], function: str = "build"
) -> Iterator[str]:
    wanted = f"{function}({', '.join(inputs)})"
    if module is None:
        yield f"{path} is missing: write it with {wanted}"
        return
    found = _function(module, function)
    if found is None:
        yield f"{path} defines no function {function}: write {wanted}"
    elif not _takes(found, inputs):
        yield (
            f"{path} defines {function}({ast.unparse(found.args)}), but the job passes the declared inputs "
            f"by name: write {wanted}, or correct the declaration"
        )


def _build(module: ast.Module) -> ast.FunctionDef | None:
    return _function(module, "build")


def _function(module: ast.Module, name: str) -> ast.FunctionDef | None:
    functions = [node for node in module.body if isinstance(node, ast.FunctionDef) and node.name == name]
    return functions[-1] if functions else None


def _takes(build: ast.FunctionDef, inputs: Sequence[str]) -> bool:
    """Return whether a function takes exactly `inputs` by name, in any order."""
    arguments = build.args
    if arguments.posonlyargs or arguments.vararg or arguments.kwarg:
        return False
    return sorted(each.arg for each in (*arguments.args, *arguments.kwonlyargs)) == sorted(inputs)


def _unused(modules: Modules, used: set[str]) -> list[str]:
    return [name for name, module in modules.items() if name not in used and _build(module) is not None]


# --- speed views


def _speed(domain: Declaration, modules: Modules) -> Iterator[str]:
    """Yield mistakes in `speed/<table>.py`, which names the served mart (MART) and makes its rows (build).

    A collection with `speed=True` has one such module, and a module's mart has such a collection.
    """
    expected = [collection.mart for collection in domain.serving if collection.speed]
    streams = {table.name for table in domain.stream_tables}
    fed: list[str] = []
    for name, module in modules.items():
        path = f"{SPEED}/{name}.py"
        mart = _text_constant(module, "MART")
        if mart is None and _build(module) is None:
            continue  # a helper of the others
        if name not in streams:
            yield f"{path}: there is no stream '{name}': name the module after the table of a stream"
        if mart is None:
            yield f'{path} does not say which mart it serves: write MART = "<mart>"'
            continue
        fed.append(mart)
        if mart not in expected:
            yield f"{path} serves '{mart}', which has no speed view: declare its collection with speed=True"
        build = _build(module)
        if build is None or not _takes_one(build):
            yield f"{path}: the job passes a day's totals to build: write build(totals)"
    for mart in expected:
        if mart not in fed:
            yield (
                f'serving {mart}: speed=True needs a module {SPEED}/<table>.py with MART = "{mart}" and '
                "build(totals): write it, or remove speed=True"
            )
        elif fed.count(mart) > 1:
            yield f"serving {mart}: {fed.count(mart)} modules in {SPEED}/ name it as MART: keep one"


def _text_constant(module: ast.Module, name: str) -> str | None:
    for node in module.body:
        if isinstance(node, ast.Assign):
            targets: list[ast.expr] = node.targets
        elif isinstance(node, ast.AnnAssign):
            targets = [node.target]
        else:
            continue
        value = node.value
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None
    return None


def _takes_one(build: ast.FunctionDef) -> bool:
    """Return whether a function can be called with one positional argument."""
    arguments = build.args
    positional = [*arguments.posonlyargs, *arguments.args]
    required = len(positional) - len(arguments.defaults)
    return required <= 1 <= len(positional) and not any(each is None for each in arguments.kw_defaults)
