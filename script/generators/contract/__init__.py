"""The complete contract, and what the engine reads of it, of what openapi/ says."""
