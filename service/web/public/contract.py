"""The HTTP contract as an OpenAPI 3.1 document; it grows with each route."""

from typing import Any

from service.domain.submission import MAX_PAGE_CHARS
from service.operations.published import DEFAULT_LIMIT, MAX_LIMIT
from service.web.public.contract_parts import ID, Node, answer, json_of, problems
from service.web.public.contract_queue import queue_paths
from service.web.public.contract_schemas import SCHEMAS

_SITE: Node = {
    "name": "site",
    "in": "path",
    "required": True,
    "description": "Key of the site.",
    "schema": {"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]{0,63}$"},
    "example": "demo",
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
    "schema": {"type": "string", "minLength": 1, "maxLength": MAX_PAGE_CHARS},
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
    "parameters": [_SITE, _KEY],
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


def _own(operation: str, summary: str, **more: Any) -> Node:
    return {
        "operationId": operation,
        "summary": summary,
        "security": _OWN_SECURITY,
        "parameters": [_SITE, _COMMENT],
        "responses": {
            "200": answer("The comment as its writer sees it.", "OwnComment"),
            **problems(400, 403, 404, 409, 413, 415, 422, 503),
        },
        **more,
    }


def _read(operation: str, summary: str, schema: str, parameters: list[Node]) -> Node:
    return {
        "operationId": operation,
        "summary": summary,
        "parameters": [_SITE, *parameters],
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
        "items": {"type": "string", "minLength": 1, "maxLength": MAX_PAGE_CHARS},
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
            "patch": _own("editComment", "Edit an own comment", requestBody=own_body),
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
                "parameters": [_SITE],
                "requestBody": own_body,
                "responses": {
                    "200": answer("The text as safe HTML.", "Preview"),
                    **problems(400, 404, 413, 415, 422, 503),
                },
            }
        },
        **queue_paths(),
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


def document(server: str) -> Node:
    """The OpenAPI document.

    :param server: address under which people reach this service.
    """
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Foyer",
            "version": "1",
            "summary": "Comments for blogs, checked before they are published.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": server}],
        "paths": _paths(),
        "components": {
            "schemas": SCHEMAS,
            "responses": _responses(),
            "securitySchemes": {
                "editToken": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The `edit_token` of the answer to the submission.",
                },
                "moderatorToken": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API token of a moderator's account.",
                },
            },
        },
    }
