"""``python -m service.cli`` is the `foyer` command."""

from service.cli.commands import main

main()
