"""The commands in the order of the work, as `optex --help` lists them."""

import click

SECTIONS = {
    "Prepare an offer": ("demo", "init", "import-ocf", "check", "plan", "simulate"),
    "Run it": ("doctor", "serve", "link", "schedule", "status", "backup", "restore"),
    "Record what arrives": ("election", "service", "price", "split", "defer", "committee", "agreement", "notice"),
    "Decide": (
        "extend", "amend", "condition", "exclude", "reject", "terminate", "approve", "hold", "release", "prohibit",
    ),
    "Put the record right": ("correct", "settle"),
    "Hand out and answer": ("mail", "letters", "forms", "filing", "explain", "report", "export", "audit", "rules"),
}  # fmt: skip
_OTHERS = "Others"


class Sections(click.Group):
    """A group of commands whose help lists them by section; one that no section names comes last."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        known = [name for names in SECTIONS.values() for name in names if name in self.commands]
        return [*known, *sorted(self.commands.keys() - set(known))]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        listed = self.list_commands(ctx)
        named = {name for names in SECTIONS.values() for name in names}
        sections = {**SECTIONS, _OTHERS: tuple(name for name in listed if name not in named)}
        column = max(map(len, listed))
        width = formatter.width - 6 - column
        for section, names in sections.items():
            rows = [(name, self.commands[name].get_short_help_str(width)) for name in names if name in self.commands]
            if rows:
                with formatter.section(section):
                    formatter.write_dl([(f"{name:<{column}}", words) for name, words in rows])
