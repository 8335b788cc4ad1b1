"""Endpoints: one file for each resource; `app` finds their routers."""
