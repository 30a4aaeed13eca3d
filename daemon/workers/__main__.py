"""`python -P -m synthd.daemon.workers PARENT`: a process of the daemon's, for one job."""

from __future__ import annotations

from synthd.daemon.workers.begin import main

if __name__ == "__main__":
    main()
