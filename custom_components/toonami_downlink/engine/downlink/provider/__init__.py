"""The bundled provider."""
