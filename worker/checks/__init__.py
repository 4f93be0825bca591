"""The checks: one per module, each from what is known of a comment to a finding."""
