"""The part of the HTTP contract that is WordPress's: its form, and its REST API."""

from typing import Any

from service.domain.submission import (
    MAX_COMMENT_CHARS,
    MAX_NAME_CHARS,
    MAX_WEBSITE_CHARS,
)
from service.web.contract.parts import (
    SITE,
    Node,
    answer,
    closed,
    json_of,
    problems,
    whole,
)

_NUMBER: Node = {"type": "integer", "minimum": 0, "maximum": 10**15 - 1}
_ID: Node = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "Number of the comment.",
    "schema": {"type": "integer", "minimum": 1, "maximum": 2**63 - 1},
}
_TEXT: Node = {"type": "string"}
_STATES = ["approved", "hold", "spam", "trash"]
_GOALS = [*_STATES, "approve", "0", "1", "unspam", "untrash"]
_OPTIONAL_TOKEN: list[Node] = [{}, {"moderatorToken": []}, {"applicationPassword": []}]
_TOKEN: list[Node] = [{"moderatorToken": []}, {"applicationPassword": []}]

_FORM_FIELDS: Node = {
    "comment": {"type": "string", "minLength": 1, "maxLength": MAX_COMMENT_CHARS},
    "author": {
        "type": "string",
        "maxLength": MAX_NAME_CHARS,
        "description": "At most 245 bytes.",
    },
    "email": {
        "type": "string",
        "format": "email",
        "description": "At most 100 bytes. Stored encrypted, never published.",
    },
    "url": {"type": "string", "description": "At most 200 bytes."},
    "comment_post_ID": {
        "type": "string",
        "description": "Number of the post, as `foyer site map-posts` told it.",
    },
    "comment_parent": {
        "type": "string",
        "description": "Number of the comment that is answered; 0 for none.",
    },
    "redirect_to": {
        "type": "string",
        "maxLength": MAX_WEBSITE_CHARS,
        "description": "Where to go then, under one of the site's origins.",
    },
    "wp-comment-cookies-consent": {
        "type": "string",
        "description": "Taken, and means nothing: there are no cookies.",
    },
}

WORDPRESS_SCHEMAS: Node = {
    "WordPressForm": {
        "type": "object",
        "required": ["comment", "author", "email", "comment_post_ID"],
        "properties": _FORM_FIELDS,
        "example": {
            "comment": "Rye wants patience.",
            "author": "Ana",
            "email": "ana@example.org",
            "comment_post_ID": "17",
            "comment_parent": "0",
        },
    },
    "WordPressComment": closed(
        [],
        id=_NUMBER,
        post=_NUMBER,
        parent=_NUMBER,
        author={"const": 0},
        author_name=_TEXT,
        author_url=_TEXT,
        date=_TEXT,
        date_gmt=_TEXT,
        content=closed(["rendered"], rendered=_TEXT, raw=_TEXT),
        link=_TEXT,
        status={"enum": _STATES},
        type={"const": "comment"},
        meta={"type": "array", "maxItems": 0},
        author_email={
            "type": "string",
            "description": "Only with `context=edit`: masked in lists and for those "
            "who only look, else whole, which is logged.",
        },
        author_ip={"const": ""},
        author_user_agent={"const": ""},
        _links={"type": "object"},
    ),
    "WordPressNewComment": {
        "type": "object",
        "required": ["post", "content", "author_name", "author_email"],
        "properties": {
            "post": {**_NUMBER, "minimum": 1},
            "parent": _NUMBER,
            "content": {
                "type": "string",
                "minLength": 1,
                "maxLength": MAX_COMMENT_CHARS,
            },
            "author_name": {"type": "string", "minLength": 1},
            "author_email": {"type": "string", "format": "email"},
            "author_url": _TEXT,
        },
        "example": {
            "post": 17,
            "content": "Rye wants patience.",
            "author_name": "Ana",
            "author_email": "ana@example.org",
        },
    },
    "WordPressChange": {
        "type": "object",
        "properties": {
            "status": {"enum": _GOALS},
            "content": {
                "type": "string",
                "minLength": 1,
                "maxLength": MAX_COMMENT_CHARS,
            },
        },
        "example": {"status": "approve"},
    },
    "WordPressDeleted": whole(
        deleted={"const": False},
        previous={"$ref": "#/components/schemas/WordPressComment"},
    ),
    "WordPressRefusal": whole(
        code=_TEXT,
        message=_TEXT,
        data=closed(
            ["status"],
            status={"type": "integer"},
            params={"type": "object", "additionalProperties": _TEXT},
        ),
    ),
}


def _refusals(*codes: int) -> Node:
    content = json_of("WordPressRefusal")
    # What is refused before the request has come to this API.
    ref = {"$ref": "#/components/schemas/Problem"}
    content["application/problem+json"] = {"schema": ref}
    content["text/html"] = {"schema": _TEXT}
    said = "Why not, in WordPress's words."
    return {str(code): {"description": said, "content": content} for code in codes}


def _query(name: str, description: str, schema: Node) -> Node:
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _numbers(name: str, description: str) -> Node:
    schema = {"type": "array", "items": _NUMBER, "maxItems": 100}
    return {**_query(name, description, schema), "style": "form", "explode": False}


_CONTEXT = _query(
    "context",
    "How much of it; `edit` is for moderators of the site.",
    {"enum": ["view", "embed", "edit"], "default": "view"},
)
_FIELDS = _query("_fields", "Which fields alone, with commas.", _TEXT)
_TIME: Node = {"type": "string", "format": "date-time"}
_LISTED: list[Node] = [
    _CONTEXT,
    _FIELDS,
    _query(
        "page",
        "Which page of the list; it ends after 100,000 comments.",
        {"type": "integer", "minimum": 1, "maximum": 1000, "default": 1},
    ),
    _query(
        "per_page",
        "How many on a page.",
        {"type": "integer", "minimum": 1, "maximum": 100, "default": 10},
    ),
    _query(
        "offset",
        "How many to leave out.",
        {"type": "integer", "minimum": 0, "maximum": 99_900},
    ),
    _query("search", "Words that the comment has.", _TEXT),
    _query("after", "Later than this.", _TIME),
    _query("before", "Earlier than this.", _TIME),
    _query("order", "Which way.", {"enum": ["desc", "asc"], "default": "desc"}),
    _query(
        "orderby",
        "By what; `post` and `parent` only with a post, parent or include.",
        {
            "enum": ["date_gmt", "date", "id", "include", "type", "post", "parent"],
            "default": "date_gmt",
        },
    ),
    _numbers("post", "Numbers of posts."),
    _numbers("parent", "Numbers of comments that are answered; 0 for none."),
    _numbers("parent_exclude", "Those whose answers are left out."),
    _numbers("include", "These comments alone."),
    _numbers("exclude", "All but these comments."),
    _query(
        "status",
        "In which state; others than published ones are for moderators.",
        {"enum": ["approve", "hold", "spam", "trash", "all", "any"]},
    ),
]

_LIST_ANSWER: Node = {
    "description": "The comments.",
    "headers": {
        "X-WP-Total": {"schema": {"type": "integer"}},
        "X-WP-TotalPages": {"schema": {"type": "integer"}},
        "Link": {"schema": _TEXT, "description": "The pages before and after."},
    },
    "content": {
        "application/json": {
            "schema": {
                "type": "array",
                "items": {"$ref": "#/components/schemas/WordPressComment"},
            }
        }
    },
}
_UNCHANGED: Node = {"description": "Not changed since the `ETag` in `If-None-Match`."}


def _body(schema: str, *, forms: bool = True) -> Node:
    content = json_of(schema)
    if forms:
        ref = {"$ref": f"#/components/schemas/{schema}"}
        content["application/x-www-form-urlencoded"] = {"schema": ref}
    return {"required": True, "content": content}


def _form() -> Node:
    schema = {"$ref": "#/components/schemas/WordPressForm"}
    page = {"text/html": {"schema": _TEXT}}
    return {
        "operationId": "wordpressForm",
        "summary": "Submit WordPress's comment form",
        "description": "What WordPress answers with 200 though it took nothing is 422 "
        "here, with the form again, filled.",
        "parameters": [SITE],
        "requestBody": {
            "required": True,
            "content": {
                "application/x-www-form-urlencoded": {"schema": schema},
                "multipart/form-data": {"schema": schema},
            },
        },
        "responses": {
            "302": {
                "description": "Stored; back to the post.",
                "headers": {"Location": {"schema": _TEXT}},
                "content": page,
            },
            **problems(400, 403, 404, 409, 413, 415, 422, 429, 503),
        },
    }


def _one(operation: str, summary: str, **more: Any) -> Node:
    return {
        "operationId": operation,
        "summary": f"WordPress: {summary}",
        "security": _TOKEN,
        "parameters": [SITE, _ID],
        "responses": {
            "200": answer("The comment.", "WordPressComment"),
            **_refusals(400, 401, 403, 404, 409, 413, 415, 429, 503),
        },
        **more,
    }


def _read_one() -> Node:
    found = _one("wordpressComment", "one comment", security=_OPTIONAL_TOKEN)
    found["parameters"] = [SITE, _ID, _CONTEXT, _FIELDS]
    found["responses"]["304"] = _UNCHANGED
    return found


def _trash() -> Node:
    force = _query(
        "force", "Nothing is deleted: it is trashed either way.", {"type": "boolean"}
    )
    found = _one("wordpressTrash", "trash a comment")
    found["parameters"] = [SITE, _ID, force]
    either = [
        {"$ref": "#/components/schemas/WordPressComment"},
        {"$ref": "#/components/schemas/WordPressDeleted"},
    ]
    found["responses"] |= {
        "200": {
            "description": "The comment; with `force`, as it was before.",
            "content": {"application/json": {"schema": {"anyOf": either}}},
        },
        **_refusals(410),
    }
    return found


def wordpress_paths() -> Node:
    """The routes that clients made for WordPress use."""
    base = "/sites/{site}/wp-json"
    change = {"requestBody": _body("WordPressChange")}
    listing: Node = {
        "operationId": "wordpressComments",
        "summary": "WordPress: comments of the site",
        "security": _OPTIONAL_TOKEN,
        "parameters": [SITE, *_LISTED],
        "responses": {
            "200": _LIST_ANSWER,
            "304": _UNCHANGED,
            **_refusals(400, 401, 403, 404, 429, 503),
        },
    }
    create: Node = {
        "operationId": "wordpressCreate",
        "summary": "WordPress: submit a comment",
        "security": _OPTIONAL_TOKEN,
        "parameters": [SITE],
        "requestBody": _body("WordPressNewComment"),
        "responses": {
            "201": answer("Stored; its checks are still to come.", "WordPressComment"),
            **_refusals(400, 401, 403, 404, 409, 413, 415, 429, 503),
        },
    }
    index: Node = {
        "operationId": "wordpressIndex",
        "summary": "WordPress: what of its REST API is here",
        "parameters": [SITE],
        "responses": {
            "200": {
                "description": "Namespaces and routes.",
                "content": {"application/json": {"schema": {"type": "object"}}},
            },
            **_refusals(404, 503),
        },
    }
    return {
        "/sites/{site}/wp-comments-post.php": {"post": _form()},
        f"{base}/": {"get": index},
        f"{base}/wp/v2/comments": {"get": listing, "post": create},
        f"{base}/wp/v2/comments/{{id}}": {
            "get": _read_one(),
            "post": _one("wordpressChange", "change a comment", **change),
            "put": _one("wordpressPut", "change a comment (PUT)", **change),
            "patch": _one("wordpressPatch", "change a comment (PATCH)", **change),
            "delete": _trash(),
        },
    }
