"""The sample company: a lifelike set of people and posts that lies in `weetwie/sample/`, to look at and to take out again."""
