from stackroom.core.permissions import permission

SSO_READ = permission("sso.read", "see how single sign-on is set up", "admin", "auditor")
SSO_WRITE = permission(
    "sso.write", "set up single sign-on, and who comes in by it", "admin", personal=True
)

PERMISSIONS = (SSO_READ, SSO_WRITE)
