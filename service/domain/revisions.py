"""The states of an edit of a comment (`service.db.models.Revision`)."""

WAITING = "waiting"
"""Its checks are not finished; readers see the text before it."""
TAKEN = "taken"
"""It is the comment's text, or was until a later one."""
REFUSED = "refused"
"""It never came to be."""
