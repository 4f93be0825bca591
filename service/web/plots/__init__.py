"""Plots as plain geometry; a template turns them into SVG, so that all is escaped."""
