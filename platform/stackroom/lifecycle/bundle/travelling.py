"""Which tables leave with an organisation, and why the others stay. A new table must be named in
one of the two lists; a standing test compares them with the models."""

import sqlalchemy as sa

from tenants.orm import scoped_tables

TRAVELS = frozenset(
    """
    access_review_lines access_reviews accounts audit_entries audit_transactions bibs
    circulation_rules custom_roles holdings import_jobs import_notes import_rejects invitations
    invited_roles item_types items libraries loan_policies loans patron_blocks patron_categories
    patrons required_factors role_grants service_accounts service_points shelving_locations
    sso_identities undo_lines undos
    """.split()
)
"""Each with its version table. `accounts.password_hash` goes along: an Argon2 hash with its own
salt, so that people sign in at the new home with the password they have."""

STAYS = {
    "api_keys": "hashes of secrets that name this address; at the new home keys are made anew",
    "authenticator_apps": "secrets sealed by a key of this Stackroom; people set up new ones",
    "bib_isbns": "drawn from the bibs, and made anew with the search index",
    "directory_users": "a directory is connected to this address, and sends them anew elsewhere",
    "directory_groups": "as above; what they gave travels with the roles of people",
    "directory_members": "as above: who is in which of these groups",
    "exports": "names files that rest here; that they were made is in the audit",
    "flags_seen": "what the flags of this Stackroom were; another has flags of its own",
    "idempotency_keys": "answers kept for a day, to requests that were made here",
    "invitation_links": "hashes of tokens in mails that lead here; invitations can be sent again",
    "known_devices": "hashes of cookies that were given here; elsewhere browsers are new",
    "outbox_messages": "work for this worker, which still does it; done twice, mails go out twice",
    "passkeys": "bound to the host here, which the new home has not; people make new ones",
    "password_resets": "hashes of links to this address, which are over within the hour",
    "plan_headroom": "a bound under the plan here, drawn anew from the rows",
    "recovery_codes": "hashes keyed by this Stackroom, standing in for factors that stay",
    "spent_challenges": "random bytes that were answered here within the hour",
    "sso_providers": "registered at the provider for this home's address, the secret sealed here",
    "support_grants": "consent to the operators of this Stackroom, and to no others",
    "support_visits": "hashes of tokens of this Stackroom's operators",
    "sign_in_failures": "counts that lock an address out here for some minutes",
    "sign_in_sessions": "hashes of tokens that were signed here; people sign in again",
}


def tables() -> list[sa.Table]:
    """Those that travel, each behind those it refers to."""
    return [table for table in scoped_tables() if table.name.removesuffix("_version") in TRAVELS]
