"""Uploads stay in memory, and end where the cap is: no plaintext photo reaches a disk."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from habeas.portrait import MAX_BYTES


class InMemoryOnly(FileUploadHandler):
    """Keeps one file of at most `habeas.portrait.MAX_BYTES` bytes; says when it was more."""

    def handle_raw_input(self, *_: Any, **__: Any) -> None:
        """Nothing to prepare."""

    def new_file(self, *args: Any, **options: Any) -> None:
        """Begin a file."""
        super().new_file(*args, **options)
        self._content = BytesIO()
        self._too_large = False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Take a chunk; beyond the cap nothing is kept, and the rest is read past."""
        if self._too_large or start + len(raw_data) > MAX_BYTES:
            self._too_large = True
            self._content = BytesIO()
            return
        self._content.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        """Give the file, with its true size."""
        self._content.seek(0)
        return InMemoryUploadedFile(
            file=self._content,
            field_name=self.field_name,
            name=self.file_name or "photo",
            content_type=self.content_type or "",
            size=file_size,
            charset=None,
        )
