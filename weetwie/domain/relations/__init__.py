"""Relations: who follows, mutes and blocks whom, and which tags one follows."""
