"""What the benchmark of forms measures with: the same inputs three times over, and a browser that looks at them."""
