"""HTML that is safe as it is."""


class SafeHtml(str):
    """Text that `service.text.render` made, which templates put in unescaped.

    The one way by which stored HTML reaches a page. Nothing else may be wrapped in it
    but texts of our own, with what is filled in escaped (`service.web.language`).
    """

    __slots__ = ()

    def __html__(self) -> str:
        """The text itself; the name is the protocol of MarkupSafe."""
        return str(self)
