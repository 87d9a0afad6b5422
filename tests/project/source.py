"""What the project's source says, read without running it."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def modules(folder: str) -> Iterator[tuple[str, ast.Module]]:
    """Every module below a folder, as its path in the project and its tree."""
    for path in sorted((PROJECT / folder).rglob("*.py")):
        yield str(path.relative_to(PROJECT)), ast.parse(path.read_text(), filename=str(path))


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
    return [path for path, tree in modules(folder) if package in imported(tree)]


def classes(folder: str) -> Iterator[tuple[str, ast.ClassDef]]:
    for path, tree in modules(folder):
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                yield path, node


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
