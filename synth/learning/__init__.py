"""Everything that trains: numerics on torch, imported only in processes of their own."""
