"""Pictures that come in: as a form's file, as base64, or from an address."""

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.types import Message, Receive

from poseloom.api.document import NO_NUL
from poseloom.api.door import Door, read_body
from poseloom.core.credential import Scope
from poseloom.core.error import InvalidRequest, TooLarge, UnsupportedMedia
from poseloom.core.field import Reader
from poseloom.media.pose import read_pose
from poseloom.media.still import MAX_BYTES
from poseloom.usecases.item import KeptPicture

FORM_LIMIT_BYTES = MAX_BYTES + 2**20
"""A picture of the largest size that is read, and the form around it."""
NAME_LIMIT = 200
URL_LIMIT = 2_000
_FORM_TYPES = ("multipart/form-data", "application/x-www-form-urlencoded")
FIELDS: dict[str, Any] = {
    "name": {
        "type": "string",
        "pattern": NO_NUL,
        "minLength": 1,
        "maxLength": NAME_LIMIT,
        "description": "What the pose is called.",
    },
    "opaque": {"type": "boolean", "default": False, "description": "Take a picture without transparency as it is."},
}
DESCRIPTION: dict[str, Any] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["image"],
                "properties": {
                    **FIELDS,
                    "image": {
                        "type": "string",
                        "format": "binary",
                        "description": "PNG, WebP or JPEG, 32 MiB at most.",
                    },
                },
            }
        },
        "application/json": {
            "schema": {
                "type": "object",
                "properties": {
                    **FIELDS,
                    "image_base64": {"type": "string", "description": "The file's bytes; a data URL is understood."},
                    "image_url": {"type": "string", "maxLength": URL_LIMIT, "description": "An https address."},
                },
                "oneOf": [{"required": ["image_base64"]}, {"required": ["image_url"]}],
            },
            "example": {"name": "Idle", "image_url": "https://example.org/idle.png"},
        },
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A picture that came in.

    Attributes:
        field: Where in the request it was; errors name it.
    """

    name: str | None
    content: bytes
    field: str
    opaque: bool

    @property
    def fingerprint(self) -> bytes:
        """What tells this upload from another under the same idempotency key."""
        return f"{self.name}\0{self.opaque}\0".encode() + self.content


async def read_upload(request: Request, door: Door) -> Upload:
    """Return the picture that a request brings.

    Raises:
        Unauthorized: The caller may not, so that nothing more is read.
        TooLarge: It has more bytes than are read.
        UnsupportedMedia: It is neither a form nor JSON.
        InvalidRequest: A field is missing or has the wrong form.
        FetchRefused: Nothing is fetched from its address.
    """
    await door.identify(request, Scope.WRITE)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in _FORM_TYPES:
        return await _read_form(request)
    if kind and kind != "application/json":
        raise UnsupportedMedia(f"Content-Type: {kind[:80]!r} is not understood here; send a form or JSON")
    return await _read_json(request, door)


async def _read_form(request: Request) -> Upload:
    limited = Request(request.scope, _limit(request.receive))
    try:
        async with limited.form(max_files=1, max_fields=20) as form:
            image = form.get("image")
            if not isinstance(image, UploadFile):
                raise InvalidRequest("image: is missing; send the picture as the form's file `image`", field="image")
            content = await image.read()
            name, opaque = form.get("name"), form.get("opaque", "false")
    except MultiPartException as error:
        raise InvalidRequest(f"body: is no form that can be read: {error.message}", field="body") from error
    if opaque not in {"true", "false", "1", "0"}:
        raise InvalidRequest("opaque: must be true or false", field="opaque")
    given = Reader.of({"name": name}, "", InvalidRequest).text("name", limit=NAME_LIMIT)
    return Upload(name=given or None, content=content, field="image", opaque=opaque in {"true", "1"})


def _limit(receive: Receive) -> Receive:
    """Count what comes in, and stop listening when it is too much."""
    seen = 0

    async def receive_some() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > FORM_LIMIT_BYTES:
            problem = f"image: is larger than {MAX_BYTES // 2**20} MiB; save it smaller"
            raise TooLarge(problem, field="image", limit_bytes=MAX_BYTES)
        return message

    return receive_some


async def _read_json(request: Request, door: Door) -> Upload:
    reader = Reader.of(await read_body(request), "", InvalidRequest)
    encoded = reader.text("image_base64", limit=MAX_BYTES * 2)
    url = reader.text("image_url", limit=URL_LIMIT)
    if (encoded is None) == (url is None):
        raise InvalidRequest("image_base64: give either image_base64 or image_url", field="image_base64")
    field = "image_url" if encoded is None else "image_base64"
    content = await run_in_threadpool(door.service.fetch_image, url or "") if encoded is None else _decode(encoded)
    return Upload(
        name=reader.text("name", limit=NAME_LIMIT) or None,
        content=content,
        field=field,
        opaque=reader.flag("opaque") or False,
    )


def _decode(text: str) -> bytes:
    _, _, data = text.rpartition(",") if text.startswith("data:") else ("", "", text)
    try:
        return base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidRequest("image_base64: is not base64; encode the file's bytes", field="image_base64") from error


def keep_picture(upload: Upload, door: Door) -> KeptPicture:
    """Check a picture, free it from its background and keep its bytes; called in a thread.

    Raises:
        TooLarge: It has more bytes than are read.
        InvalidImage: It cannot serve as a pose.
        StorageFailed: Its bytes cannot be kept.
    """
    with door.decoding:
        picture = read_pose(upload.content, upload.field, opaque=upload.opaque)
    blobs = door.service.blobs
    return KeptPicture(
        image=blobs.keep(upload.content),
        transparent=blobs.keep(picture.png),
        media_type=picture.media_type,
        suffix=picture.suffix,
        extent=picture.extent,
    )
