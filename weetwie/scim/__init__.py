"""For the directory of the organisation, by SCIM 2.0 (RFC 7643, RFC 7644): it says who comes, changes and leaves."""
