"""`make bench` measures speed and prints ratios; `python -m tools.bench --help` lists sizes."""

from bench.run import main

if __name__ == "__main__":
    raise SystemExit(main())
