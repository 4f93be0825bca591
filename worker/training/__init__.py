"""How the filter learns: a few labels at once, or a site's model anew."""
