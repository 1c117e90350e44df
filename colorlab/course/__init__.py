"""The course: its two settings, quick and full, and the check of a machine."""

from colorlab.course.settings import load

__all__ = ["load"]
