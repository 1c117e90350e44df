"""The course: its two settings, quick and full, and the check of a machine."""

from colorlab.course.settings import Course, load

__all__ = ["Course", "load"]
