"""`estran assess PROCESS`: the processes, from the command line."""

import click


class Processes(click.Group):
    """One command per process, made from its inputs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the identifiers of the processes."""
        from estran.processes.catalogue import process_classes  # long to load

        del ctx
        return list(process_classes())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        """Return the command of a process.

        Raises:
            NotFound: no process has this identifier.
        """
        from estran.cli.assess_process import process_command
        from estran.processes.catalogue import process_class

        del ctx
        return process_command(process_class(cmd_name))


@click.group(cls=Processes)
def assess() -> None:
    """Ask a question about a place / poser une question sur un lieu."""
