"""The pages of this feature, each group in its own file."""

from stackroom.oversight.reports.web import papers, reports, run, samples
from stackroom.oversight.reports.web.blueprint import web

__all__ = ["papers", "reports", "run", "samples", "web"]
