"""Compiled inner loops of treemaps: plans, one file per method, measures of polygons."""
