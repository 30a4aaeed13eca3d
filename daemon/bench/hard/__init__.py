"""Hard subsets: the tasks of a suite that a model's greedy programs fail."""
