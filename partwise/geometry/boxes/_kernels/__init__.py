"""Compiled inner loops of boxes: cuts with slack, dendrograms, placing, measuring."""
