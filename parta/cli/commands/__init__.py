"""The commands, alikes as equals: each module has `add_arguments(parser)` and `run(arguments) -> exit code`."""
