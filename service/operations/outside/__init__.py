"""What is asked of services outside, with which keys, and what they said."""
