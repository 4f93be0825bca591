"""From untrusted text to what may be stored, read by checks, and shown."""
