"""Compiled scanners and formatters of the text formats: byte arrays in, arrays out."""
