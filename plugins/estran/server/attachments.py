"""Under which name does a browser save a file? A worker says it as the `name` of the media type."""

from flask import Response


def attached(response: Response) -> Response:
    """Return a response whose file name, if it has one, stands in `Content-Disposition`."""
    name = response.mimetype_params.get("name")
    if name:
        response.headers["Content-Type"] = response.mimetype
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
