"""The process manager: validation, queue, worker processes, results."""
