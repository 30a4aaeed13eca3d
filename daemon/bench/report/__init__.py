"""What runs come to: figures, tables, plots and one page, made of their records."""
