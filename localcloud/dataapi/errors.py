"""Errors in the shape of the Data API, which returns them in the body of an HTTP 200."""

from __future__ import annotations

import uuid
from typing import Any

_TITLES = {
    "COLLECTION_NOT_EXIST": ("SCHEMA", "Collection or table does not exist"),
    "COMMAND_FIELD_VALUE_INVALID": ("", "Command field value invalid"),
    "COMMAND_UNKNOWN": ("", "Command is not recognized by Data API"),
    "DATASET_TOO_BIG": ("SORT", "Response data set too big to be sorted"),
    "DOCUMENT_ALREADY_EXISTS": ("DOCUMENT", "Document the given _id already exists"),
    "DOCUMENT_REPLACE_DIFFERENT_DOCID": ("DOCUMENT", "Replacement has another _id"),
    "EXISTING_COLLECTION_DIFFERENT_SETTINGS": ("SCHEMA", "Collection already exists with different settings"),
    "FILTER_FIELDS_LIMIT_VIOLATION": ("FILTER", "Filter fields size limitation violated"),
    "FILTER_ID_NOT_INDEXED": ("FILTER", "Collection field '_id' can only be filtered with '$eq' or '$in'"),
    "FILTER_INVALID_EXPRESSION": ("FILTER", "Unsupported filter clause"),
    "FILTER_PATH_UNINDEXED": ("FILTER", "Collection path used in filter clause not indexed"),
    "FILTER_UNSUPPORTED_OPERATOR": ("FILTER", "Unsupported filter operator"),
    "INTERNAL_SERVER_ERROR": ("", "Internal server error"),
    "INVALID_CREATE_COLLECTION_OPTIONS": ("SCHEMA", "Invalid options for createCollection"),
    "INVALID_INDEXING_DEFINITION": ("SCHEMA", "Invalid indexing definition"),
    "REQUEST_NOT_JSON": ("", "Request not valid JSON"),
    "REQUEST_STRUCTURE_MISMATCH": ("", "Request structure not valid"),
    "SHRED_BAD_DOCID_TYPE": ("DOCUMENT", "Bad type for '_id' field"),
    "SHRED_BAD_DOCID_VALUE": ("DOCUMENT", "Bad value for '_id' field"),
    "SHRED_BAD_DOCUMENT_TYPE": ("DOCUMENT", "Bad document type to shred"),
    "SHRED_BAD_FIELD_NAME": ("DOCUMENT", "Document field name not valid"),
    "SHRED_DOC_LIMIT_VIOLATION": ("DOCUMENT", "Document size limitation violated"),
    "SORT_PATH_UNINDEXED": ("SORT", "Collection path used in sort clause not indexed"),
    "TOO_MANY_COLLECTIONS": ("SCHEMA", "Too many collections"),
    "TOO_MANY_REQUESTS": ("", "Rate limit reached"),
    "UNAUTHENTICATED_REQUEST": ("", "Authentication failed"),
    "UNKNOWN_KEYSPACE": ("SCHEMA", "Keyspace does not exist in the Database"),
    "UNSUPPORTED_PROJECTION_PARAM": ("PROJECTION", "Unsupported projection parameter"),
    "UNSUPPORTED_UPDATE_OPERATION": ("UPDATE", "Unsupported update operation"),
    "UNSUPPORTED_UPDATE_OPERATION_TARGET": ("UPDATE", "Unsupported update operation target"),
    "UNSUPPORTED_UPDATE_OPERATOR_FOR_DOC_ID": ("UPDATE", "Update operators cannot be used on _id field"),
}
_SERVER_CODES = frozenset({"INTERNAL_SERVER_ERROR", "TOO_MANY_REQUESTS"})


class ApiError(Exception):
    """A request or one of its documents is refused; `code` is an error code of the service."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(f"{code}: {message}")

    def body(self) -> dict[str, Any]:
        """Return the error as clients receive it."""
        scope, title = _TITLES[self.code]
        return {
            "errorCode": self.code,
            "message": self.message,
            "family": "SERVER" if self.code in _SERVER_CODES else "REQUEST",
            "scope": scope,
            "title": title,
            "id": str(uuid.uuid4()),
        }
