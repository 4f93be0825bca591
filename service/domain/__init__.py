"""The words of Foyer as plain Python: values, rules and errors, no I/O."""
