"""Networks: the U-Net of the course, its layers, and the registry that builds them by name."""
