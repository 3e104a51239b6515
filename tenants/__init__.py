"""The multi-tenant kernel: organisations, context, the two walls. It knows nothing of libraries."""
