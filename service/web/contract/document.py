"""The HTTP contract as an OpenAPI 3.1 document; it grows with each route."""

from functools import cache
from typing import Any

from service.operations.published import DEFAULT_LIMIT, MAX_LIMIT
from service.web.contract.akismet import akismet_paths
from service.web.contract.examples import with_examples
from service.web.contract.isso import ISSO_SCHEMAS, isso_paths
from service.web.contract.pages import PAGES_SCHEMAS, pages_paths
from service.web.contract.parts import (
    ID,
    PAGE_SCHEMA,
    SITE,
    Node,
    answer,
    json_of,
    problems,
)
from service.web.contract.queue import queue_paths
from service.web.contract.schemas import SCHEMAS
from service.web.contract.wordpress import (
    WORDPRESS_SCHEMAS,
    wordpress_paths,
)

TAGS = {
    "Blogs": "What blogs and readers call. Nobody has any authority there but by what "
    "the request itself brings.",
    "Moderation": "The queue for programs, by an API token of a moderator's account.",
    "WordPress": "WordPress's comment form, and its REST API for comments.",
    "Isso": "What Isso's own scripts ask for.",
    "Akismet": "Akismet's API, by which other programs ask the filter and teach it.",
    "Service": "Does the service live, and can it work.",
}
"""The parts of the contract, in order, and what each is."""
_TAGS_OF = {
    "/api/v1/sites/": "Blogs",
    "/api/v1/queue": "Moderation",
    "/sites/{site}/wp-": "WordPress",
    "/sites/{site}/isso/": "Isso",
    "/1.1/": "Akismet",
}

_COMMENT: Node = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "Public id of the comment.",
    "schema": ID,
}
_PAGE: Node = {
    "name": "page",
    "in": "query",
    "required": True,
    "description": "A path, an address under one of the site's origins, or any id.",
    "schema": PAGE_SCHEMA,
    "example": "/demo/",
}
_KEY: Node = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Any text of the client's, such as a UUID: a repeat under the same "
    "key gets the same answer.",
    "schema": {"type": "string", "maxLength": 255},
}


_PROBLEMS = {
    400: "The request cannot be read.",
    401: "There is no token, or it does not hold.",
    403: "Not allowed: the thread is closed, the origin is foreign, the edit token is "
    "wrong, or the time to edit is over.",
    404: "No such site, comment or address.",
    405: "The address does not take this method.",
    409: "The same was said before, or the state does not allow it.",
    413: "The body is too large.",
    415: "The body is of a kind that is not read here.",
    422: "Some fields are wrong; `errors` says which and how to mend them.",
    429: "Too many requests; `Retry-After` says when to come back.",
    503: "Not available for a moment; nothing was stored.",
}


def _responses() -> Node:
    schema = {"$ref": "#/components/schemas/Problem"}
    content = {
        "application/problem+json": {"schema": schema},
        # For whoever ranks HTML above JSON in Accept: the same in plain words.
        "text/html": {"schema": {"type": "string"}},
    }
    return {
        str(code): {"description": said, "content": content}
        for code, said in _PROBLEMS.items()
    }


_FORM_KINDS = ("application/x-www-form-urlencoded", "multipart/form-data")


def _body(schema: str, form_schema: str) -> Node:
    content = json_of(schema)
    for kind in _FORM_KINDS:
        ref = {"$ref": f"#/components/schemas/{form_schema}"}
        content[kind] = {"schema": ref}
    return {"required": True, "content": content}


_SUBMIT: Node = {
    "operationId": "submitComment",
    "summary": "Submit a comment",
    "description": "The comment is stored and checked before anything is published. "
    "A browser's form (urlencoded or multipart, `Accept` ranking HTML above JSON) is "
    "answered with 303 to a page that says what happens now, or with the form again.",
    "parameters": [SITE, _KEY],
    "requestBody": _body("Submission", "SubmissionForm"),
    "responses": {
        "202": {
            **answer("Stored; its checks are still to come.", "Receipt"),
            "links": {
                "status": {
                    "operationId": "commentStatus",
                    "parameters": {"id": "$response.body#/id"},
                }
            },
        },
        "303": {
            "description": "For a browser's form: stored; see this page.",
            "headers": {"Location": {"schema": {"type": "string"}}},
            "content": {"text/html": {"schema": {"type": "string"}}},
        },
        **problems(400, 403, 404, 409, 413, 415, 422, 429, 503),
    },
}

_OWN_SECURITY: list[Node] = [{"editToken": []}]


def _own(operation: str, summary: str, *also: int, **more: Any) -> Node:
    return {
        "operationId": operation,
        "summary": summary,
        "security": _OWN_SECURITY,
        "parameters": [SITE, _COMMENT],
        "responses": {
            "200": answer("The comment as its writer sees it.", "OwnComment"),
            **problems(400, 403, 404, 409, 413, 415, 422, *also, 503),
        },
        **more,
    }


def _read(operation: str, summary: str, schema: str, parameters: list[Node]) -> Node:
    return {
        "operationId": operation,
        "summary": summary,
        "parameters": [SITE, *parameters],
        "responses": {
            "200": answer(summary + ".", schema),
            "304": {"description": "Not changed since the `ETag` in `If-None-Match`."},
            **problems(400, 404, 422, 503),
        },
    }


_WINDOW: list[Node] = [
    _PAGE,
    {
        "name": "sort",
        "in": "query",
        "schema": {"enum": ["oldest", "newest"], "default": "oldest"},
    },
    {
        "name": "limit",
        "in": "query",
        "description": "How many comments on the page itself; replies come along.",
        "schema": {
            "type": "integer",
            "minimum": 1,
            "maximum": MAX_LIMIT,
            "default": DEFAULT_LIMIT,
        },
    },
    {
        "name": "after",
        "in": "query",
        "description": "The value of `next` in the answer before.",
        "schema": {"type": "string", "maxLength": 64},
    },
]

_COUNT_PAGES: Node = {
    **_PAGE,
    "schema": {
        "type": "array",
        "minItems": 1,
        "maxItems": 100,
        "items": PAGE_SCHEMA,
    },
    "example": ["/demo/"],
    "style": "form",
    "explode": True,
}


def _paths() -> Node:
    base = "/api/v1/sites/{site}"
    own_body = _body("NewText", "NewText")
    form = _read(
        "formConfiguration", "What a form needs to know", "FormConfiguration", [_PAGE]
    )
    form["responses"].pop("304")
    return {
        f"{base}/comments": {"post": _SUBMIT},
        f"{base}/comments/{{id}}/status": {
            "get": _own("commentStatus", "An own comment")
        },
        f"{base}/comments/{{id}}": {
            "patch": _own(
                "editComment", "Edit an own comment", 429, requestBody=own_body
            ),
            "delete": _own("takeBackComment", "Take an own comment back"),
        },
        f"{base}/thread": {
            "get": _read(
                "thread", "The published comments of a page", "Thread", _WINDOW
            )
        },
        f"{base}/counts": {
            "get": _read(
                "counts", "How many comments pages have", "Counts", [_COUNT_PAGES]
            )
        },
        f"{base}/form": {"get": form},
        f"{base}/preview": {
            "post": {
                "operationId": "preview",
                "summary": "A text as it would look when published",
                "parameters": [SITE],
                "requestBody": own_body,
                "responses": {
                    "200": answer("The text as safe HTML.", "Preview"),
                    **problems(400, 404, 413, 415, 422, 503),
                },
            }
        },
        **pages_paths(SITE, _PAGE, _WINDOW),
        **queue_paths(),
        **akismet_paths(),
        **wordpress_paths(),
        **isso_paths(),
        "/healthz": {
            "get": {
                "operationId": "healthz",
                "summary": "The process answers",
                "responses": {"200": answer("It does.", "Health")},
            }
        },
        "/readyz": {
            "get": {
                "operationId": "readyz",
                "summary": "The service can do its work",
                "responses": {
                    "200": answer("Submissions are taken in.", "Readiness"),
                    "503": answer("They are not.", "Readiness"),
                },
            }
        },
    }


def _tag_of(path: str) -> str:
    for begin, tag in _TAGS_OF.items():
        if path.startswith(begin):
            return tag
    return "Service"


@cache
def document(server: str) -> Node:
    """The OpenAPI document; the same object each time, to be read only.

    :param server: address under which people reach this service.
    """
    made: Node = {
        "openapi": "3.1.0",
        "info": {
            "title": "Foyer",
            "version": "1",
            "summary": "Comments for blogs, checked before they are published.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": server}],
        "tags": [{"name": name, "description": what} for name, what in TAGS.items()],
        "paths": {
            path: {
                method: {"tags": [_tag_of(path)], **operation}
                for method, operation in methods.items()
            }
            for path, methods in _paths().items()
        },
        "components": {
            "schemas": SCHEMAS | PAGES_SCHEMAS | WORDPRESS_SCHEMAS | ISSO_SCHEMAS,
            "responses": _responses(),
            "securitySchemes": {
                "editToken": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The `edit_token` of the answer to the submission.",
                },
                "issoCookie": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "number",
                    "description": "Named by the comment's number; it comes with the "
                    "answer to the submission.",
                },
                "moderatorToken": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API token of a moderator's account.",
                },
                "applicationPassword": {
                    "type": "http",
                    "scheme": "basic",
                    "description": "The same token as a password; any name will do.",
                },
            },
        },
    }
    return with_examples(made)
