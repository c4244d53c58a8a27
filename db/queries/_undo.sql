-- Ends a dry run: deferred rules are checked, then all is undone.
SELECT ctx.undo()
