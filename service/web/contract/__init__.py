"""What this service promises to programs, as an OpenAPI document."""

from service.web.contract import openapi

BLUEPRINTS = (openapi.bp,)
"""All blueprints of this package; exempt from the CSRF token."""
