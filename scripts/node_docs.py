"""Write docs/node-types.md from the node types of every package."""

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from studio.contract.node import registry
from studio.runtime.node_docs import page

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "node-types.md"


def load_all() -> None:
    """Import every module of every `nodes` and `triggers` folder, which registers the types."""
    for folder in sorted([*ROOT.glob("studio/*/nodes"), *ROOT.glob("studio/*/triggers")]):
        name = ".".join(folder.relative_to(ROOT).parts)
        for module in iter_modules(import_module(name).__path__, f"{name}."):
            import_module(module.name)


if __name__ == "__main__":
    load_all()
    PAGE.write_text(page(registry.values()), encoding="utf-8")
