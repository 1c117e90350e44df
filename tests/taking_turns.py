"""Threads that take turns as often as can be, which brings faults between them to light."""

import sys
import threading


def run_threads(work, arguments):
    """Call a function with each argument, each in a thread of its own, and wait for all."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    threads = [threading.Thread(target=work, args=(argument,)) for argument in arguments]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
