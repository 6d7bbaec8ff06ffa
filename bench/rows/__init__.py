"""The rows of the goal table, one module for each way of measuring."""
