"""The HTTP contract of the calls in Akismet's manner."""

from service.web.contract.parts import Node

_FORM = "application/x-www-form-urlencoded"
_TEXT: Node = {"type": "string"}


def _field(description: str, **more: object) -> Node:
    return {"type": "string", "description": description, **more}


_KEY = _field("An API token of a moderator's account.", example="foyer_…")
_BLOG = _field(
    "Full address of the blog. It means the site of the token's moderator that has its "
    "origin.",
    example="http://localhost:8000/",
)
_COMMENT: Node = {
    "api_key": _KEY,
    "blog": _BLOG,
    "user_ip": _field("IP address of the writer.", example="203.0.113.9"),
    "user_agent": _field("User agent of the writer."),
    "permalink": _field("Address of the page that the comment is on."),
    "comment_type": _field("What it is; `reply` is an answer to a comment."),
    "comment_author": _field("Name of the writer.", example="Ana"),
    "comment_author_email": _field("E-mail address of the writer."),
    "comment_author_url": _field("Website of the writer."),
    "comment_content": _field("The text.", example="Rye wants patience."),
    "blog_charset": _field("Charset of the fields; UTF-8 by default."),
    "user_role": _field("`administrator` for somebody who is never a spammer."),
    "recheck_reason": _field("Why it is asked again; then it is looked at again."),
    "honeypot_field_name": _field("Name of a field hidden from people, sent along."),
    "is_test": _field("`1` or `true` for a test."),
}
_HEADERS: Node = {
    "X-akismet-guid": {
        "description": "What the question is known by, for reports.",
        "schema": _TEXT,
    },
    "X-akismet-pro-tip": {
        "description": "`discard` for what the site itself would call spam.",
        "schema": _TEXT,
    },
    "X-akismet-recheck-after": {
        "description": "Seconds after which to ask again: the checks are not done, or "
        "did not finish. Do not publish the comment before, whatever the answer is.",
        "schema": _TEXT,
    },
}
_HELP: Node = {
    "X-akismet-debug-help": {
        "description": "What is wrong and how to mend it.",
        "schema": _TEXT,
    }
}


def _plain(description: str, schema: Node, headers: Node) -> Node:
    return {
        "description": description,
        "headers": headers,
        "content": {"text/plain": {"schema": schema}},
    }


_PROBLEMS = {
    400: "The form cannot be read, or its charset is not known.",
    403: "The token is good for reading only, or its moderator only views the site.",
    413: "The body is too large.",
    415: "The body is no urlencoded form.",
    429: "Too many calls with this token; `Retry-After` says when to come back.",
    503: "Not available for a moment; nothing was stored.",
}


def _refused(code: int) -> Node:
    found = _plain(_PROBLEMS[code], _TEXT, _HELP)
    # What is refused before it comes to the call is told as everywhere.
    found["content"]["application/problem+json"] = {
        "schema": {"$ref": "#/components/schemas/Problem"}
    }
    found["content"]["text/html"] = {"schema": _TEXT}
    return found


def _call(operation: str, summary: str, properties: Node, answer: Node) -> Node:
    schema = {
        "type": "object",
        "required": list(properties)[:2],
        "properties": properties,
    }
    return {
        "post": {
            "operationId": operation,
            "summary": summary,
            "requestBody": {"required": True, "content": {_FORM: {"schema": schema}}},
            "responses": {
                "200": answer,
                **{str(code): _refused(code) for code in _PROBLEMS},
            },
        }
    }


def akismet_paths() -> Node:
    """The calls that programs made for Akismet know."""
    verdict = _plain(
        "`true` for spam and what a person should look at, `false` for what is good "
        "and, with `X-akismet-recheck-after`, for what is not checked yet, `invalid` "
        "if key or blog do not hold, or which field is missing.",
        _TEXT,
        _HEADERS | _HELP,
    )
    thanks = _plain("A fixed sentence of thanks, or what is wrong.", _TEXT, _HELP)
    key = {"key": _KEY, "blog": _BLOG}
    word = _plain("Whether they do.", {"enum": ["valid", "invalid"]}, _HELP)
    return {
        "/1.1/verify-key": _call(
            "akismetVerifyKey", "Whether key and blog hold", key, word
        ),
        "/1.1/comment-check": _call(
            "akismetCommentCheck", "Ask what a comment is", _COMMENT, verdict
        ),
        "/1.1/submit-spam": _call(
            "akismetSubmitSpam", "Say that a comment is spam", _REPORT, thanks
        ),
        "/1.1/submit-ham": _call(
            "akismetSubmitHam", "Say that a comment is none", _REPORT, thanks
        ),
    }


_REPORT: Node = _COMMENT | {
    "guid": _field("`X-akismet-guid` of the answer, if it is known.")
}
