"""``/sites/{site}/wp-json/``: WordPress's REST API, as far as it is about comments."""

from service.web.compat.wordpress import reading, writing
from service.web.compat.wordpress.door import bp

__all__ = ["bp", "reading", "writing"]
