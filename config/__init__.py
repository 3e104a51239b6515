"""Settings of one Stackroom process. Imports nothing of ours, so everything may import it."""

from config.settings import ConfigurationError, Settings, Silo, load

__all__ = ["ConfigurationError", "Settings", "Silo", "load"]
