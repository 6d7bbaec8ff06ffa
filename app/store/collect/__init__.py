"""What collecting writes: leases, runs, and rollups made again."""
