"""Colouring photographs with a trained network."""
