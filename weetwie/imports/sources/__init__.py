"""What an organisation wrote elsewhere: one reader a source, each from files to the records of `form.py`."""
