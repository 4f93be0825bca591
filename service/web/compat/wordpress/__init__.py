"""WordPress's comment form and its REST API for comments."""
