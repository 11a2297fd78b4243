"""Replies to our emails: handed over by a mail server (LMTP) or fetched from a mailbox (IMAP)."""
