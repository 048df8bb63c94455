"""A file that an answer is written in, with its name."""


class NamedFile(bytes):
    """The bytes of a file; `file_name` is what a browser saves it under.

    Example:
        >>> NamedFile.of(b"%PDF", "report.pdf").file_name
        'report.pdf'
    """

    file_name: str = ""

    @classmethod
    def of(cls, content: bytes, name: str) -> "NamedFile":
        """Return a file of this name, in ASCII without quotes."""
        made = cls(content)
        made.file_name = name
        return made
