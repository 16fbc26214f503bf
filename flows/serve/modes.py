"""What others on the machine may read of the offers that are served: shut where it is ours to shut, told else."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from infra.doctor.finding import Level
from infra.doctor.places import check_modes
from infra.private import open_to_others, shut
from infra.settings import KEPT
from optex.formatting import count


def shut_out_others(folders: Sequence[Path]) -> Iterator[str]:
    """Shut what a folder keeps to everybody but this user, and say what was open; what stays open is said as well."""
    for folder in folders:
        done, _ = shut(list(open_to_others(folder / KEPT)))
        if done:
            yield f"{folder / KEPT} was open to others on this machine: {count(len(done), 'file')} shut."
        yield from (str(found) for found in check_modes(folder) if found.level is not Level.OK)
