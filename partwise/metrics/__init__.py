"""What a partition, a clustering or the agreement of two is worth.

Blocks: cut, balance, communication volume, boundary, connectedness. Communities: modularity, Potts
models, conductance, normalised cut, coverage, description length. They take whatever
:func:`partwise.graph.as_graph` takes and the labels of the nodes, and recompute their number from
these alone in O(n + m) time.
Agreement of two labelings: mutual information, Rand index, best renaming.
"""

from partwise._lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "edge_cut": "_cut",
        "block_weights": "_balance",
        "imbalance": "_balance",
        "communication_volume": "_volume",
        "boundary_nodes": "_boundary",
        "n_components_per_block": "_connectivity",
        "connected_blocks": "_connectivity",
        "evaluate_partition": "_report",
        "PartitionReport": "_report",
        "modularity": "_modularity",
        "bipartite_modularity": "_modularity",
        "cpm_score": "_potts",
        "rb_er_score": "_potts",
        "conductance": "_conductance",
        "expansion": "_conductance",
        "coverage": "_conductance",
        "normalized_cut": "_conductance",
        "normalized_cut_bound": "_conductance",
        "description_length": "_description_length",
        "nested_description_length": "_nested_description_length",
        "community_report": "_community_report",
        "CommunityReport": "_community_report",
        "contingency_table": "_contingency",
        "ContingencyTable": "_contingency",
        "normalized_mutual_information": "_agreement",
        "adjusted_mutual_information": "_agreement",
        "v_measure": "_agreement",
        "rand_index": "_agreement",
        "adjusted_rand_index": "_agreement",
        "hungarian_accuracy": "_agreement",
    },
)
