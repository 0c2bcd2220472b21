"""The start of a component, before anything of the SDK is there."""
