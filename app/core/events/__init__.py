"""What happens to an organization's data, told to whoever listens: through Valkey, to any number of processes."""
