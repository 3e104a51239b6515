from stackroom.core.permissions import permission

FLAGS_READ = permission("flags.read", "see which features are on, and why", "admin", "auditor")

PERMISSIONS = (FLAGS_READ,)
