"""The benchmarks: the data set they run on, the rows of the goal table, and how they are shown."""
