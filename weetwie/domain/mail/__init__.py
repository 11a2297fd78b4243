"""Mail: emails to people, kept until the mail server has them."""
