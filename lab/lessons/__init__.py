"""One file per lesson, found by its name. What a file is made of: ``lab/lesson.py``."""
