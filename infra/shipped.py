"""What ships beside the packages: at the top of a checkout, inside `optex` once it is installed from a wheel."""

from importlib.resources import files
from pathlib import Path


def shipped(name: str) -> Path:
    """Where `prefect.yaml` or a folder of `examples` is, of the very program that runs."""
    package = Path(str(files("optex")))
    inside = package / name
    return inside if inside.exists() else package.parent / name
