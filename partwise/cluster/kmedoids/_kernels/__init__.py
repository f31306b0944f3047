"""Compiled kernels of k-medoids: rows of dissimilarities in, medoids out.

``rows[j, o]`` is the dissimilarity of object o to candidate j. Medoids have slots 0 to k - 1.
"""
