"""SCIM: what the directory of the organisation says of its people and groups."""
