"""Statuses by name: `codes.ok`, `codes.not_found`."""

from http import HTTPStatus

from .structures import LookupDict

codes = LookupDict(name="status_codes")

#: Names that aren't the usual words for the status.
_MORE = {
    "okay": 200,
    "all_ok": 200,
    "all_okay": 200,
    "all_good": 200,
    "non_authoritative_info": 203,
    "moved": 301,
    "see_other": 303,
    "other": 303,
    "temporary_redirect": 307,
    "temporary": 307,
    "permanent_redirect": 308,
    "bad": 400,
    "payment": 402,
    "not_allowed": 405,
    "proxy_auth": 407,
    "timeout": 408,
    "request_entity_too_large": 413,
    "request_uri_too_large": 414,
    "unsupported_media": 415,
    "media_type": 415,
    "im_a_teapot": 418,
    "teapot": 418,
    "unprocessable_entity": 422,
    "unprocessable": 422,
    "too_many": 429,
    "header_fields_too_large": 431,
    "unavailable_for_legal_reasons": 451,
    "server_error": 500,
    "unavailable": 503,
}

for _name, _code in [(status.name.lower(), status.value) for status in HTTPStatus] + [*_MORE.items()]:
    setattr(codes, _name, _code)
    setattr(codes, _name.upper(), _code)
