"""For feed readers: Atom and JSON Feed of people, topics, lists, questions and searches."""
