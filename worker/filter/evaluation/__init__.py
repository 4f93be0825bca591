"""How well the filter does on labelled comments, by protocols that can be repeated."""
