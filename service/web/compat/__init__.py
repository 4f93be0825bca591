"""What speaks as other systems do, so that their clients work unchanged."""

from service.web.compat.akismet import calls
from service.web.compat.isso import bp as isso
from service.web.compat.wordpress import form, rest

BLUEPRINTS = (calls.bp, isso, form.bp, rest.bp)
"""All blueprints of this package; exempt from the CSRF token."""
