"""What the project's source says, read without running it."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def modules(folder: str) -> Iterator[tuple[str, ast.Module]]:
    """Every module below a folder, as its path in the project and its tree."""
    for path in sorted((PROJECT / folder).rglob("*.py")):
        yield str(path.relative_to(PROJECT)), _tree(path)


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def imported(tree: ast.Module) -> set[str]:
    """Dotted names of what a module imports: `from a.b import c` gives a.b.c, and so a and a.b."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name.rsplit(".", drop)[0] for name in names for drop in range(name.count(".") + 1)}


def importers(package: str, folder: str) -> list[str]:
    """Modules below a folder that import a package or a part of it."""
    return [path for path, names in _imports(folder) if package in names]


@cache
def _imports(folder: str) -> list[tuple[str, set[str]]]:
    return [(path, imported(tree)) for path, tree in modules(folder)]


@cache
def classes(folder: str) -> list[tuple[str, ast.ClassDef]]:
    """Every class below a folder, with its module's path."""
    walked = ((path, node) for path, tree in modules(folder) for node in ast.walk(tree))
    return [(path, node) for path, node in walked if isinstance(node, ast.ClassDef)]


def bases(node: ast.ClassDef) -> set[str]:
    """Last names of a class's bases: `db.Model` and `Model` are both Model."""
    return {ast.unparse(base).split("[")[0].rsplit(".", 1)[-1] for base in node.bases}


def committed() -> list[Path]:
    """Every file that git keeps, or would keep after the next commit."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=PROJECT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    paths = [PROJECT / name for name in listed.split("\0") if name]
    return [path for path in paths if path.is_file()]
