"""A recorded search for people: lines for a terminal, one JSON object, one HTML page."""
