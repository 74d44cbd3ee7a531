"""The live page: one twin per visitor, drawn in the browser. See PROTOCOL.md."""
