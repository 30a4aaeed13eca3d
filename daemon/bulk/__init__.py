"""Judging many given programs: what is to be judged, the log that resumes, the figures."""
