"""JSON Schema 2020-12 of what parties send, for their OpenAPI 3.1 descriptions."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema

#: Where an OpenAPI document has the schemas that others refer to.
REFERENCE = "#/components/schemas/{model}"


class AsRead(GenerateJsonSchema):
    """Says of what is sent that a field without value is left out: documents have no null."""

    def nullable_schema(self, schema: Any) -> dict[str, Any]:
        """The schema without null, of what is sent."""
        if self.mode == "validation":
            return self.generate_inner(schema["schema"])
        return super().nullable_schema(schema)

    def default_schema(self, schema: Any) -> dict[str, Any]:
        """The schema without a default of null, of what is sent."""
        found = super().default_schema(schema)
        if self.mode == "validation" and found.get("default", ...) is None:
            del found["default"]
        return found
